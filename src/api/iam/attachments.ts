import { parsePolicyArn } from '../../core/iam/policy-arn.ts'
import { attachPolicy, detachPolicy } from '../../services/iam/attachments.ts'
import { getIdentity, type PermittedKind } from '../../services/iam/get-identity.ts'
import { defineIamAction, type QueryCall } from '../query/define-action.ts'
import type { Inputs } from '../query/inputs.ts'
import { attachedPolicyView } from './entity-views.ts'
import { type PageInput, pageOfAll, parsePage, parsePathPrefix } from './parameters.ts'
import { parsePolicyArnInput } from './policy-inputs.ts'
import { identityResource } from './resources.ts'
import { parseTargetName } from './target-inputs.ts'

export const attachUserPolicy = defineIamAction('AttachUserPolicy', changing('user', attachPolicy))
export const attachGroupPolicy = defineIamAction('AttachGroupPolicy', changing('group', attachPolicy))
export const attachRolePolicy = defineIamAction('AttachRolePolicy', changing('role', attachPolicy))
export const detachUserPolicy = defineIamAction('DetachUserPolicy', changing('user', detachPolicy))
export const detachGroupPolicy = defineIamAction('DetachGroupPolicy', changing('group', detachPolicy))
export const detachRolePolicy = defineIamAction('DetachRolePolicy', changing('role', detachPolicy))

export const listAttachedUserPolicies = defineIamAction('ListAttachedUserPolicies', listing('user'))
export const listAttachedGroupPolicies = defineIamAction('ListAttachedGroupPolicies', listing('group'))
export const listAttachedRolePolicies = defineIamAction('ListAttachedRolePolicies', listing('role'))

interface Attachment {
  readonly name: string
  readonly policyArn: string
}

function changing(kind: PermittedKind, change: typeof attachPolicy | typeof detachPolicy) {
  return {
    changes: true,
    parse: (inputs: Inputs): Attachment => ({
      name: parseTargetName(inputs, kind),
      policyArn: parsePolicyArnInput(inputs),
    }),
    resource: async (call: QueryCall, { name }: Attachment) => await identityResource(call, kind, name),
    keys: ({ policyArn }: Attachment) => ({ 'iam:policyarn': policyArn }),
    handle: async ({ services, caller }: QueryCall, attachment: Attachment) => {
      await change(services, caller, { kind, ...attachment })
      return undefined
    },
  }
}

interface Listing {
  readonly name: string
  readonly pathPrefix: string
  readonly page: PageInput
}

function listing(kind: PermittedKind) {
  return {
    changes: false,
    parse: (inputs: Inputs): Listing => ({
      name: parseTargetName(inputs, kind),
      pathPrefix: parsePathPrefix(inputs),
      page: parsePage(inputs),
    }),
    resource: async (call: QueryCall, { name }: Listing) => await identityResource(call, kind, name),
    handle: async ({ services, caller }: QueryCall, { name, pathPrefix, page }: Listing) => {
      const { accountId } = caller.principal
      const { attachedPolicies } = await getIdentity(services.metadata, accountId, { kind, name })
      const arns = attachedPolicies.filter((arn) => parsePolicyArn(arn).path.startsWith(pathPrefix))
      const { items, ...marks } = pageOfAll(arns, page, (arn) => arn)
      return { AttachedPolicies: items.map(attachedPolicyView), ...marks }
    },
  }
}
