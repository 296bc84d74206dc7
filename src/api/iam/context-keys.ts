import { compilePolicy } from '../../core/policy/compile-policy.ts'
import { parsePolicy } from '../../core/policy/parse-policy.ts'
import type { PolicyDocument } from '../../core/policy/policy-document.ts'
import { getIdentityByArn } from '../../services/iam/get-identity-by-arn.ts'
import { simulatedPoliciesOf } from '../../services/iam/simulated-policies.ts'
import { defineIamAction } from '../query/define-action.ts'
import { parsePolicies, parseSourceArn } from './simulation-inputs.ts'

const ERRORS = { 'policy-malformed': { code: 'InvalidInput', status: 400 } }

export const getContextKeysForCustomPolicy = defineIamAction('GetContextKeysForCustomPolicy', {
  changes: false,
  parse: (inputs) => inputs.required('PolicyInputList', parsePolicies(inputs)),
  handle: async (_, texts) => keysOf(texts.map(parseGiven)),
  errors: ERRORS,
})

export const getContextKeysForPrincipalPolicy = defineIamAction('GetContextKeysForPrincipalPolicy', {
  changes: false,
  parse: (inputs) => ({ arn: parseSourceArn(inputs), texts: parsePolicies(inputs) ?? [] }),
  resource: (_, { arn }) => arn,
  handle: async ({ services, caller }, { arn, texts }) => {
    const { accountId } = caller.principal
    const source = await getIdentityByArn(services.metadata, accountId, arn)
    const own = await simulatedPoliciesOf(services.metadata, accountId, source)
    return keysOf([...own.map(({ document }) => document), ...texts.map(parseGiven)])
  },
  errors: ERRORS,
})

function parseGiven(text: string): PolicyDocument {
  return parsePolicy(text, 'identity')
}

function keysOf(documents: readonly PolicyDocument[]): { readonly ContextKeyNames: string[] } {
  const compiled = documents.map((document) => compilePolicy(document, { kind: 'identity', name: '' }))
  return { ContextKeyNames: [...new Set(compiled.flatMap(({ keys }) => [...keys]))].toSorted() }
}
