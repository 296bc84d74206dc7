import { join } from 'node:path'
import type { KubeApi, KubeObject } from './kube-api.ts'
import type { CredentialProvider } from './kubelet.ts'

export const DEPLOY = join(import.meta.dirname, '../../deploy/kubernetes')

/** The objects in one of the files that are published for a cluster's administrator. */
export async function readManifest(file: string): Promise<readonly KubeObject[]> {
  const content = Bun.YAML.parse(await Bun.file(join(DEPLOY, file)).text())
  // The files are our own, and the API refuses what is no object of its.
  return (Array.isArray(content) ? content : [content]) as KubeObject[]
}

/** `kubectl apply -f` of that file. */
export async function applyManifest(api: KubeApi, file: string): Promise<void> {
  for (const object of await readManifest(file)) await api.apply(object)
}

/** What an administrator writes into the published configuration in the place of the examples there. */
export interface ProviderChanges {
  readonly image: string
  readonly env: Readonly<Record<string, string>>
}

/** The one provider of a published configuration, adapted to a registry and a role. */
export async function readProviderConfiguration(
  file: string,
  { image, env }: ProviderChanges,
): Promise<CredentialProvider['configuration']> {
  const [document] = await readManifest(file)
  if (!Array.isArray(document?.providers)) throw new Error(`${file} has no providers`)
  // See above.
  const [provider] = document.providers as [CredentialProvider['configuration'] & { env: { name: string }[] }]
  const unknown = Object.keys(env).filter((name) => !provider.env.some((one) => one.name === name))
  if (unknown.length > 0) throw new Error(`${file} says nothing of ${unknown.join(', ')}`)
  return { ...provider, matchImages: [image], env: Object.entries(env).map(([name, value]) => ({ name, value })) }
}

export function publishedProgram(name: string): string {
  return join(DEPLOY, name)
}
