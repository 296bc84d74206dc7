import type { ParentScope, Scope } from '../../core/settings/scope.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataTransaction } from '../../ports/metadata-store.ts'
import { requireOperator } from '../accounts/root-keys.ts'
import type { Caller, Services } from '../context.ts'
import { getRepository } from '../get-repository.ts'

/** A scope, with the repository when it is one's. */
export type Place =
  | { readonly scope: ParentScope; readonly repository: undefined }
  | { readonly scope: Extract<Scope, { kind: 'repository' }>; readonly repository: Repository }

/** @throws {Refusal} `repository-unknown` */
export async function findPlace(services: Services, caller: Caller, scope: Scope): Promise<Place> {
  if (scope.kind !== 'repository') return { scope, repository: undefined }
  return { scope, repository: await getRepository(services, caller, scope.name) }
}

/**
 * What is said for the installation counts in every account, so it is for those who could make root keys of them.
 *
 * @throws {Refusal} `denied`
 */
export async function requireOperatorOf(
  transaction: MetadataTransaction,
  caller: Caller,
  scope: Scope,
  action: `lading:${string}`,
): Promise<void> {
  if (scope.kind !== 'installation') return
  await requireOperator(transaction, caller, { action, accountId: caller.registry.accountId })
}
