import { PROVIDER_NAME_TAG } from '../../core/iam/oidc-provider-url.ts'
import { Refusal } from '../../core/refusal.ts'
import type { ResourceTag } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../context.ts'
import { changeAccount } from './change-account.ts'
import { changePolicy } from './change-policy.ts'
import { getProvider } from './oidc-providers.ts'
import { changeRole } from './roles.ts'
import { withoutTags, withTags } from './tags.ts'

/** What becomes of somebody's tags. */
export type TagChange =
  | { readonly verb: 'Tag'; readonly tags: readonly ResourceTag[] }
  | { readonly verb: 'Untag'; readonly tagKeys: readonly string[] }

/**
 * Tags of a role are part of what its sessions may do, where policies ask for them.
 *
 * @throws {Refusal} `entity-unknown`; `limit-exceeded`; `resource-tag-invalid`; `denied` to a bounded maker
 */
export async function changeRoleTags(
  services: Services,
  caller: Caller,
  { name, change }: { readonly name: string; readonly change: TagChange },
): Promise<void> {
  await changeRole(services, caller, { name, action: `iam:${change.verb}Role` }, async (role, { changes }) => {
    await changes.replace({ ...role, tags: changed(role.tags, change) })
  })
}

/** @throws {Refusal} `entity-unknown`; `limit-exceeded`; `resource-tag-invalid`; `denied` for one that every account has */
export async function changePolicyTags(
  services: Services,
  caller: Caller,
  { arn, change }: { readonly arn: string; readonly change: TagChange },
): Promise<void> {
  await changePolicy(services, caller, arn, async (policy, { changes }) => {
    await changes.replace({ ...policy, tags: changed(policy.tags, change) })
  })
}

/**
 * The tag that named the provider stays: the ARN, which roles trust, goes by it.
 *
 * @throws {Refusal} `entity-unknown`; `limit-exceeded`; `resource-tag-invalid`
 */
export async function changeProviderTags(
  services: Services,
  caller: Caller,
  { arn, change }: { readonly arn: string; readonly change: TagChange },
): Promise<void> {
  await changeAccount(services, caller, async ({ accountId, reads, changes }) => {
    const provider = await getProvider(reads, accountId, arn)
    const tags = changed(provider.tags, change)
    if (nameTag(tags) !== nameTag(provider.tags)) {
      throw new Refusal(
        'resource-tag-invalid',
        `The tag ${PROVIDER_NAME_TAG} names a provider when it is made, and can be neither put nor changed nor taken off afterwards.`,
      )
    }
    await changes.replace({ ...provider, tags })
  })
}

function nameTag(tags: readonly ResourceTag[]): string | undefined {
  return tags.find(({ key }) => key === PROVIDER_NAME_TAG)?.value
}

function changed(present: readonly ResourceTag[], change: TagChange): ResourceTag[] {
  return change.verb === 'Tag' ? withTags(present, change.tags) : withoutTags(present, change.tagKeys)
}
