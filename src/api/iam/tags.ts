import { requestTagKeys } from '../../core/policy/request-tag-keys.ts'
import type { ResourceTag } from '../../ports/metadata/repositories.ts'
import type { Caller, Services } from '../../services/context.ts'
import { getIdentity } from '../../services/iam/get-identity.ts'
import { getManagedPolicy } from '../../services/iam/get-managed-policy.ts'
import { getProvider } from '../../services/iam/oidc-providers.ts'
import {
  changePolicyTags,
  changeProviderTags,
  changeRoleTags,
  type TagChange,
} from '../../services/iam/tag-identity.ts'
import { type ConditionKeys, defineIamAction, type QueryCall, type Resource } from '../query/define-action.ts'
import type { Inputs } from '../query/inputs.ts'
import { parseProviderArnInput } from './oidc-providers.ts'
import { type PageInput, pageOfAll, parsePage, parseTagKeys, parseTags } from './parameters.ts'
import { parsePolicyArnInput } from './policy-inputs.ts'
import { identityResource, policyResource, providerResource } from './resources.ts'
import { parseRoleName } from './role-inputs.ts'

/** Something that has tags, and how a call names it. */
interface Tagged {
  readonly parse: (inputs: Inputs) => string
  readonly resource: (call: QueryCall, key: string) => Promise<Resource>
  readonly tagsOf: (call: QueryCall, key: string) => Promise<readonly ResourceTag[]>
  readonly change: (services: Services, caller: Caller, given: { key: string; change: TagChange }) => Promise<void>
}

const ROLE: Tagged = {
  parse: parseRoleName,
  resource: async (call, name) => await identityResource(call, 'role', name),
  tagsOf: async ({ services, caller }, name) =>
    (await getIdentity(services.metadata, caller.principal.accountId, { kind: 'role', name })).tags,
  change: async (services, caller, { key, change }) => await changeRoleTags(services, caller, { name: key, change }),
}

const POLICY: Tagged = {
  parse: parsePolicyArnInput,
  resource: policyResource,
  tagsOf: async ({ services, caller }, arn) =>
    (await getManagedPolicy(services.metadata, caller.principal.accountId, arn)).tags,
  change: async (services, caller, { key, change }) => await changePolicyTags(services, caller, { arn: key, change }),
}

const PROVIDER: Tagged = {
  parse: parseProviderArnInput,
  resource: providerResource,
  tagsOf: async ({ services, caller }, arn) =>
    (await getProvider(services.metadata, caller.principal.accountId, arn)).tags,
  change: async (services, caller, { key, change }) => await changeProviderTags(services, caller, { arn: key, change }),
}

export const tagRole = defineIamAction('TagRole', tagging(ROLE))
export const untagRole = defineIamAction('UntagRole', untagging(ROLE))
export const listRoleTags = defineIamAction('ListRoleTags', listing(ROLE))
export const tagPolicy = defineIamAction('TagPolicy', tagging(POLICY))
export const untagPolicy = defineIamAction('UntagPolicy', untagging(POLICY))
export const listPolicyTags = defineIamAction('ListPolicyTags', listing(POLICY))
export const tagOpenIDConnectProvider = defineIamAction('TagOpenIDConnectProvider', tagging(PROVIDER))
export const untagOpenIDConnectProvider = defineIamAction('UntagOpenIDConnectProvider', untagging(PROVIDER))
export const listOpenIDConnectProviderTags = defineIamAction('ListOpenIDConnectProviderTags', listing(PROVIDER))

interface Changing {
  readonly key: string
  readonly change: TagChange
}

function tagging(tagged: Tagged) {
  return {
    ...changing(tagged),
    parse: (inputs: Inputs): Changing => ({
      key: tagged.parse(inputs),
      change: { verb: 'Tag', tags: parseTags(inputs) },
    }),
  }
}

function untagging(tagged: Tagged) {
  return {
    ...changing(tagged),
    parse: (inputs: Inputs): Changing => ({
      key: tagged.parse(inputs),
      change: { verb: 'Untag', tagKeys: parseTagKeys(inputs) },
    }),
  }
}

function changing({ resource, change }: Tagged) {
  return {
    changes: true,
    resource: (call: QueryCall, { key }: Changing) => resource(call, key),
    keys: (given: Changing) => keysOf(given.change),
    handle: async ({ services, caller }: QueryCall, given: Changing) => {
      await change(services, caller, given)
      return undefined
    },
  }
}

function keysOf(change: TagChange): ConditionKeys {
  return change.verb === 'Tag' ? requestTagKeys(change.tags) : { 'aws:tagkeys': change.tagKeys }
}

function listing({ parse, resource, tagsOf }: Tagged) {
  return {
    changes: false,
    parse: (inputs: Inputs) => ({ key: parse(inputs), page: parsePage(inputs) }),
    resource: (call: QueryCall, { key }: { readonly key: string }) => resource(call, key),
    handle: async (call: QueryCall, { key, page }: { readonly key: string; readonly page: PageInput }) => {
      const { items, ...marks } = pageOfAll(await tagsOf(call, key), page, (tag) => tag.key)
      return { Tags: items.map((tag) => ({ Key: tag.key, Value: tag.value })), ...marks }
    },
  }
}
