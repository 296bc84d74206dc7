import type { AuthenticatedPrincipal } from '../../src/core/principal.ts'
import type { TestRegistry } from './test-registry.ts'

export const OTHER_KEY_ID = 'AKIAOTHEROTHEROTHER0'
const OTHER_SECRET = 'another-secret-for-tests'

/** The `Authorization` header of whoever `withPrincipal` lets in. */
export const OTHER_AUTHORIZATION = `Basic ${btoa(`${OTHER_KEY_ID}:${OTHER_SECRET}`)}`

/** The same registry, where somebody else has an access key too. */
export function withPrincipal(registry: TestRegistry, principal: AuthenticatedPrincipal): TestRegistry {
  const { credentials } = registry.services
  const key = { accessKeyId: OTHER_KEY_ID, secretAccessKey: OTHER_SECRET, principal }
  const find = async (id: string) => (id === OTHER_KEY_ID ? key : await credentials.find(id))
  return { ...registry, services: { ...registry.services, credentials: { find } } }
}
