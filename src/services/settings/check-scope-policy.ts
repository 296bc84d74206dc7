import { Refusal } from '../../core/refusal.ts'
import type { SettingReads } from '../../ports/metadata/settings.ts'
import { authorize } from '../authorize.ts'
import type { Caller, Services } from '../context.ts'
import { refuseTemporaryMaker } from '../iam/restricted-session.ts'
import { refuseLockOut, saveResourcePolicy } from '../policies/resource-policy.ts'
import type { Place } from './scope-access.ts'
import { repositoriesArn } from './scope-arn.ts'

/** Of all scopes of a registry together: every decision may need them, so they are kept in memory. */
export const MOST_SCOPE_POLICY_CHARS = 500_000

/**
 * Whoever may change a scope's settings could give themselves any right below it, so its policy takes the permission that
 * a repository's does, on every repository there.
 *
 * @throws {Refusal} `denied`, also to temporary credentials that are to change no permissions
 */
export async function authorizePolicyChange(
  services: Services,
  caller: Caller,
  action: 'ecr:SetRepositoryPolicy' | 'ecr:DeleteRepositoryPolicy',
  { scope, repository }: Place,
): Promise<void> {
  refuseTemporaryMaker(caller)
  await authorize(services, caller, { action, resource: repositoriesArn(caller.registry, scope), repository })
}

/**
 * @param force whether the caller may lose the right to set another policy by it
 * @returns the policy as it is stored
 * @throws {Refusal} `parameter-invalid` for a policy that cannot be, or that would lock the caller out; `denied`
 */
export async function checkScopePolicy(
  services: Services,
  caller: Caller,
  place: Place,
  { text, force }: { readonly text: string; readonly force: boolean },
): Promise<string> {
  const { registry } = caller
  await authorizePolicyChange(services, caller, 'ecr:SetRepositoryPolicy', place)
  const saved = await saveResourcePolicy(services.metadata, registry.accountId, text, 'repository', 'repositoryPolicy')
  if (force) return saved.text
  const { scope, repository } = place
  const access = { action: 'ecr:SetRepositoryPolicy', resource: repositoriesArn(registry, scope), repository } as const
  const above = place.repository === undefined ? { above: place.scope } : {}
  await refuseLockOut(services, caller, access, { kind: 'repository', text: saved.text, ...above })
  return saved.text
}

/** @throws {Refusal} `limit-exceeded` */
export async function refuseTooManyPolicies(reader: SettingReads, registryId: number): Promise<void> {
  const policies = await reader.listScopePolicies(registryId)
  const characters = policies.reduce((sum, { text }) => sum + text.length, 0)
  if (characters <= MOST_SCOPE_POLICY_CHARS) return
  throw new Refusal(
    'limit-exceeded',
    `The policies of the scopes of a registry have at most ${MOST_SCOPE_POLICY_CHARS} characters together; with this one it would be ${characters}.`,
  )
}
