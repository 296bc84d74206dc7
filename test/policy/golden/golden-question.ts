import { type CompiledPolicy, compilePolicy, type PolicySource } from '../../../src/core/policy/compile-policy.ts'
import type { PolicyPrincipal, PolicyQuestion } from '../../../src/core/policy/decide.ts'
import { parsePolicy } from '../../../src/core/policy/parse-policy.ts'
import { type GoldenCase, type GoldenPolicy, OWN, PULL, REPOSITORY, ROLE, SESSION } from './golden-case.ts'

/** A row of a golden table as the engine is asked. */
export function goldenQuestion(one: GoldenCase): PolicyQuestion {
  const { repository, registry, trust, context = {} } = one
  return {
    action: one.action ?? PULL,
    resource: one.resource ?? REPOSITORY,
    resourceAccountId: one.resourceAccountId ?? OWN,
    principal: principalOf(one),
    resourcePolicies: [
      ...(repository === undefined ? [] : [compiled(repository, 'repository')]),
      ...(registry === undefined ? [] : [compiled(registry, 'registry')]),
      ...(trust === undefined ? [] : [compiled(trust, 'trust')]),
    ],
    needsResourceGrant: trust !== undefined,
    context: { get: (key) => context[key] },
  }
}

function principalOf({ principal, identity = [], boundary, sessions = [] }: GoldenCase): PolicyPrincipal {
  const { kind, accountId, directIds, roleId } = principal ?? {
    kind: 'role-session',
    directIds: [SESSION],
    roleId: ROLE,
  }
  return {
    kind,
    accountId: kind === 'anonymous' ? undefined : (accountId ?? OWN),
    directIds: directIds ?? [],
    roleId,
    identityPolicies: identity.map((policy, index) => compiled(policy, 'identity', `identity ${index}`)),
    boundary: boundary && compiled(boundary, 'boundary'),
    sessionLayers: sessions.map((layer) => layer.map((policy) => compiled(policy, 'session'))),
  }
}

function compiled(policy: GoldenPolicy, kind: PolicySource['kind'], name: string = kind): CompiledPolicy {
  const document = 'Statement' in policy ? policy : { Version: '2012-10-17', Statement: policy }
  return compilePolicy(parsePolicy(JSON.stringify(document), kind === 'boundary' ? 'identity' : kind), { kind, name })
}
