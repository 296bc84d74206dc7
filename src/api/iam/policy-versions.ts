import { urlEncoded } from '../../core/iam/url-encoded.ts'
import { getManagedPolicy, getPolicyVersion as getVersion } from '../../services/iam/get-managed-policy.ts'
import {
  createPolicyVersion as create,
  deletePolicyVersion as remove,
  setDefaultVersion,
} from '../../services/iam/policy-versions.ts'
import { defineIamAction, type QueryCall } from '../query/define-action.ts'
import type { Inputs } from '../query/inputs.ts'
import { pageOfAll, parsePage } from './parameters.ts'
import { parseDocument, parsePolicyArnInput, parseVersionId } from './policy-inputs.ts'
import { versionView } from './policy-view.ts'
import { policyResource } from './resources.ts'

export const createPolicyVersion = defineIamAction('CreatePolicyVersion', {
  changes: true,
  parse: (inputs) => ({
    policyArn: parsePolicyArnInput(inputs),
    text: parseDocument(inputs, 'PolicyDocument'),
    setAsDefault: inputs.flag('SetAsDefault') ?? false,
  }),
  resource: (call, { policyArn }) => policyResource(call, policyArn),
  handle: async (call, input) => {
    const { policy, version, findings } = await create(call.services, call.caller, input)
    call.notePolicyFindings(findings)
    return { PolicyVersion: versionView(policy, version) }
  },
})

export const getPolicyVersion = defineIamAction('GetPolicyVersion', {
  changes: false,
  ...aboutVersion(),
  handle: async ({ services, caller }, { policyArn, versionId }) => {
    const policy = await getManagedPolicy(services.metadata, caller.principal.accountId, policyArn)
    const version = getVersion(policy, policyArn, versionId)
    return { PolicyVersion: { Document: urlEncoded(version.text), ...versionView(policy, version) } }
  },
})

/** The newest first. */
export const listPolicyVersions = defineIamAction('ListPolicyVersions', {
  changes: false,
  parse: (inputs) => ({ policyArn: parsePolicyArnInput(inputs), page: parsePage(inputs) }),
  resource: (call, { policyArn }) => policyResource(call, policyArn),
  handle: async ({ services, caller }, { policyArn, page }) => {
    const policy = await getManagedPolicy(services.metadata, caller.principal.accountId, policyArn)
    const newestFirst = policy.versions.toReversed().map((version, index) => ({ version, key: String(index) }))
    const { items, ...marks } = pageOfAll(newestFirst, page, ({ key }) => key)
    return { Versions: items.map(({ version }) => versionView(policy, version)), ...marks }
  },
})

export const deletePolicyVersion = defineIamAction('DeletePolicyVersion', {
  changes: true,
  ...aboutVersion(),
  handle: async ({ services, caller }, input) => {
    await remove(services, caller, input)
    return undefined
  },
})

export const setDefaultPolicyVersion = defineIamAction('SetDefaultPolicyVersion', {
  changes: true,
  ...aboutVersion(),
  handle: async ({ services, caller }, input) => {
    await setDefaultVersion(services, caller, input)
    return undefined
  },
})

interface VersionNamed {
  readonly policyArn: string
  readonly versionId: string
}

function aboutVersion() {
  return {
    parse: (inputs: Inputs): VersionNamed => ({
      policyArn: parsePolicyArnInput(inputs),
      versionId: parseVersionId(inputs),
    }),
    resource: async (call: QueryCall, { policyArn }: VersionNamed) => await policyResource(call, policyArn),
  }
}
