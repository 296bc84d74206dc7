import { policyArn } from '../../core/iam/policy-arn.ts'
import { requestTagKeys } from '../../core/policy/request-tag-keys.ts'
import { getManagedPolicy } from '../../services/iam/get-managed-policy.ts'
import { createPolicy as create, deletePolicy as remove } from '../../services/iam/managed-policies.ts'
import { countPolicyUse } from '../../services/iam/policy-use.ts'
import { defineIamAction } from '../query/define-action.ts'
import { parseTags } from './parameters.ts'
import { parseDocument, parsePolicyArnInput, parsePolicyName, parsePolicyPath } from './policy-inputs.ts'
import { policyView } from './policy-view.ts'
import { policyResource } from './resources.ts'
import { parseDescription } from './role-inputs.ts'

export const createPolicy = defineIamAction('CreatePolicy', {
  changes: true,
  parse: (inputs) => ({
    name: parsePolicyName(inputs),
    path: parsePolicyPath(inputs),
    description: parseDescription(inputs) ?? '',
    text: parseDocument(inputs, 'PolicyDocument'),
    tags: parseTags(inputs),
  }),
  resource: ({ caller }, { path, name }) => policyArn(caller.principal.accountId, path, name),
  keys: ({ tags }) => requestTagKeys(tags),
  handle: async (call, input) => {
    const { policy, findings } = await create(call.services, call.caller, input)
    call.notePolicyFindings(findings)
    const arn = policyArn(call.caller.principal.accountId, policy.path, policy.name)
    return { Policy: policyView(arn, policy, { attached: 0, boundary: 0 }) }
  },
})

export const getPolicy = defineIamAction('GetPolicy', {
  changes: false,
  parse: parsePolicyArnInput,
  resource: policyResource,
  handle: async ({ services, caller }, arn) => {
    const { accountId } = caller.principal
    const policy = await getManagedPolicy(services.metadata, accountId, arn)
    return { Policy: policyView(arn, policy, await countPolicyUse(services.metadata, accountId, arn)) }
  },
})

/** Whom it is attached to has to be detached first, and its other versions deleted. */
export const deletePolicy = defineIamAction('DeletePolicy', {
  changes: true,
  parse: parsePolicyArnInput,
  resource: policyResource,
  handle: async ({ services, caller }, arn) => {
    await remove(services, caller, arn)
    return undefined
  },
})
