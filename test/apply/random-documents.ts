import fc from 'fast-check'
import type { JsonValue } from '../../src/core/strict-json.ts'
import { FOUNDING_POLICY } from '../lifecycle/world.ts'

/** Of a thing that `lading apply` takes. @param Spec by default any */
const documentOf = (kind: string, name: fc.Arbitrary<string>, spec: fc.Arbitrary<object>) =>
  fc.record({ name, spec }).map((one) => ({
    apiVersion: 'lading/v1',
    kind,
    metadata: { name: one.name },
    // Members that are undefined go.
    spec: JSON.parse(JSON.stringify(one.spec)) as JsonValue,
  }))

const optional = { requiredKeys: [] }
const founding: JsonValue = JSON.parse(FOUNDING_POLICY)
const lifecyclePolicy = fc.constantFrom<JsonValue>(founding, {
  version: 'lading/lifecycle/v1',
  rules: [{ select: { tagged: false }, when: { olderThan: { days: 3, since: 'pushed' } }, action: 'expire' }],
})
const repositoryPolicy = fc
  .record({
    action: fc.constantFrom('ecr:ListImages', ['ecr:BatchGetImage', 'ecr:ListImages'], ['ecr:ListImages']),
    principal: fc.constantFrom('000000000000', ['arn:aws:iam::000000000000:root'], '*'),
    isList: fc.boolean(),
  })
  .map(({ action, principal, isList }): JsonValue => {
    const statement = { Effect: 'Allow', Principal: { AWS: principal }, Action: action }
    return { Version: '2012-10-17', Statement: isList ? [statement] : statement }
  })
const filters = fc.uniqueArray(fc.constantFrom('dev-*', 'pr-*', 'v1', '*-a-*'), { minLength: 1, maxLength: 4 })
const tagMutability = fc.oneof(
  fc.record({ mode: fc.constantFrom('MUTABLE', 'IMMUTABLE') }),
  fc.record({ mode: fc.constantFrom('MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION'), exclusionFilters: filters }),
)
const count = fc.integer({ min: 0, max: 1e12 })

const settings = fc.record(
  {
    lifecyclePolicy,
    tagMutability,
    tagRules: fc.constantFrom<JsonValue>({}, { forbid: [{ pattern: 'latest' }] }, { require: [{ kind: 'semver' }] }),
    scanOnPush: fc.boolean(),
    repositoryPolicy,
    deletionProtection: fc.boolean(),
    quota: fc.oneof(fc.record({ bytes: count }), fc.record({ bytes: count, images: count })),
    lifecycleBrake: fc.record({ share: fc.constantFrom(0, 0.25, 1), floor: count }),
    restoreWindow: fc.record({ days: fc.constantFrom(0, 0.5, 3650) }),
  },
  optional,
)

const scope = fc.record({ settings, picks: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }) }).map((given) => {
  const lockable = Object.keys(given.settings).filter((name) => name !== 'quota' && name !== 'repositoryPolicy')
  const locked = lockable.filter((_, index) => given.picks[index])
  return { settings: given.settings, ...(locked.length > 0 && { locked }) }
})
const tags = fc.dictionary(
  fc.constantFrom('team', 'a', '..', '__proto__', 'ä'),
  fc.string({ unit: 'grapheme-ascii', maxLength: 5 }),
)
const pattern = fc.constantFrom<JsonValue>(
  { source: ['lading'] },
  { source: ['aws.ecr'], detail: { result: ['SUCCESS'] } },
)

export const anyNamespace = documentOf('Namespace', fc.constantFrom('team/', 'team/web/', 'other.team/'), scope)
/** Locks of scopes above would refuse what is random below. */
export const unlockedNamespace = documentOf('Namespace', fc.constantFrom('team/', 'team/web/'), fc.record({ settings }))
export const anyRepository = documentOf(
  'Repository',
  fc.constantFrom('team/app', 'team/web/app', 'alone'),
  fc.record({ settings, tags }, optional),
)
export const anyWebhook = documentOf(
  'Webhook',
  fc.constantFrom('ops', 'a.b-c'),
  fc.record(
    {
      url: fc.constantFrom('https://hooks.example.com/', 'https://hooks.example.com/b?c=d'),
      format: fc.constantFrom('cloudevents', 'eventbridge'),
      pattern,
      state: fc.constantFrom('enabled', 'disabled'),
    },
    { requiredKeys: ['url'] },
  ),
)
export const anyProvider = documentOf(
  'OidcProvider',
  fc.constant('ci'),
  fc.record(
    {
      issuer: fc.constant('https://issuer.example.com'),
      clientIds: fc.uniqueArray(fc.constantFrom('a', 'b', 'lading'), { minLength: 1 }),
      kubernetesCluster: fc.constant('blue'),
      claimTags: fc
        .uniqueArray(fc.constantFrom('team', 'env'), { maxLength: 2 })
        .map((keys) => keys.map((key) => ({ tagKey: key, claim: `${key}-claim` }))),
    },
    { requiredKeys: ['issuer', 'clientIds'] },
  ),
)
export const anyAccount = documentOf(
  'Account',
  fc.constant('123456789012'),
  fc.record({ name: fc.constantFrom('', 'Blue'), state: fc.constantFrom('enabled', 'disabled') }, optional),
)
export const anyTemplate = documentOf(
  'CreationTemplate',
  fc.constantFrom('ROOT', 'team/web'),
  fc.record(
    {
      description: fc.constantFrom('', 'why'),
      appliedFor: fc.uniqueArray(fc.constantFrom('CREATE_ON_PUSH', 'REPLICATION'), { minLength: 1 }),
      tagMutability,
      repositoryPolicy,
      lifecyclePolicy,
      tags,
    },
    { requiredKeys: ['appliedFor'] },
  ),
)
const registryPolicy = fc.constantFrom<JsonValue>({
  Version: '2012-10-17',
  Statement: { Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'ecr:BatchGetImage', Resource: '*' },
})
export const anyRegistry = documentOf(
  'Registry',
  fc.constant('own'),
  fc.record(
    {
      settings,
      policy: registryPolicy,
      accountSettings: fc.record({ BLOB_MOUNTING: fc.constantFrom('ENABLED', 'DISABLED') }, optional),
    },
    optional,
  ),
)

export const anyDocument = fc.oneof(
  anyNamespace,
  anyRepository,
  anyWebhook,
  anyProvider,
  anyAccount,
  anyTemplate,
  anyRegistry,
)
