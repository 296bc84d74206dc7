import { urlEncoded } from '../../core/iam/url-encoded.ts'
import { getIdentity, type PermittedKind } from '../../services/iam/get-identity.ts'
import { deleteInlinePolicy, getInlinePolicy, putInlinePolicy } from '../../services/iam/inline-policies.ts'
import { defineIamAction, type QueryCall } from '../query/define-action.ts'
import type { Inputs } from '../query/inputs.ts'
import { type PageInput, pageOfAll, parsePage } from './parameters.ts'
import { parseDocument, parsePolicyName } from './policy-inputs.ts'
import { identityResource } from './resources.ts'
import { parseTargetName } from './target-inputs.ts'

export const putUserPolicy = defineIamAction('PutUserPolicy', putting('user'))
export const putGroupPolicy = defineIamAction('PutGroupPolicy', putting('group'))
export const putRolePolicy = defineIamAction('PutRolePolicy', putting('role'))

export const getUserPolicy = defineIamAction('GetUserPolicy', {
  ...getting('user'),
  handle: async (call, input) => {
    const { ownerName, ...policy } = await shown(call, 'user', input)
    return { UserName: ownerName, ...policy }
  },
})

export const getGroupPolicy = defineIamAction('GetGroupPolicy', {
  ...getting('group'),
  handle: async (call, input) => {
    const { ownerName, ...policy } = await shown(call, 'group', input)
    return { GroupName: ownerName, ...policy }
  },
})

export const getRolePolicy = defineIamAction('GetRolePolicy', {
  ...getting('role'),
  handle: async (call, input) => {
    const { ownerName, ...policy } = await shown(call, 'role', input)
    return { RoleName: ownerName, ...policy }
  },
})

export const listUserPolicies = defineIamAction('ListUserPolicies', listing('user'))
export const listGroupPolicies = defineIamAction('ListGroupPolicies', listing('group'))
export const listRolePolicies = defineIamAction('ListRolePolicies', listing('role'))

export const deleteUserPolicy = defineIamAction('DeleteUserPolicy', deleting('user'))
export const deleteGroupPolicy = defineIamAction('DeleteGroupPolicy', deleting('group'))
export const deleteRolePolicy = defineIamAction('DeleteRolePolicy', deleting('role'))

interface Named {
  readonly name: string
  readonly policyName: string
}

function getting(kind: PermittedKind) {
  return {
    changes: false,
    parse: (inputs: Inputs): Named => ({ name: parseTargetName(inputs, kind), policyName: parsePolicyName(inputs) }),
    resource: async (call: QueryCall, { name }: Named) => await identityResource(call, kind, name),
  }
}

function putting(kind: PermittedKind) {
  return {
    changes: true,
    parse: (inputs: Inputs) => ({
      name: parseTargetName(inputs, kind),
      policy: { name: parsePolicyName(inputs), text: parseDocument(inputs, 'PolicyDocument') },
    }),
    resource: async (call: QueryCall, { name }: { name: string }) => await identityResource(call, kind, name),
    handle: async (
      call: QueryCall,
      input: { readonly name: string; readonly policy: { readonly name: string; readonly text: string } },
    ) => {
      call.notePolicyFindings(await putInlinePolicy(call.services, call.caller, { kind, ...input }))
      return undefined
    },
  }
}

function deleting(kind: PermittedKind) {
  return {
    ...getting(kind),
    changes: true,
    handle: async ({ services, caller }: QueryCall, input: Named) => {
      await deleteInlinePolicy(services, caller, { kind, ...input })
      return undefined
    },
  }
}

function listing(kind: PermittedKind) {
  return {
    changes: false,
    parse: (inputs: Inputs) => ({ name: parseTargetName(inputs, kind), page: parsePage(inputs) }),
    resource: async (call: QueryCall, { name }: { name: string }) => await identityResource(call, kind, name),
    handle: async (
      { services, caller }: QueryCall,
      { name, page }: { readonly name: string; readonly page: PageInput },
    ) => {
      const { inlinePolicies } = await getIdentity(services.metadata, caller.principal.accountId, { kind, name })
      const { items, ...marks } = pageOfAll(inlinePolicies, page, (policy) => policy.name)
      return { PolicyNames: items.map((policy) => policy.name), ...marks }
    },
  }
}

async function shown({ services, caller }: QueryCall, kind: PermittedKind, named: Named) {
  const { accountId } = caller.principal
  const { ownerName, policy } = await getInlinePolicy(services.metadata, accountId, { kind, ...named })
  return { ownerName, PolicyName: policy.name, PolicyDocument: urlEncoded(policy.text) }
}
