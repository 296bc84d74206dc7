import type { ConditionContext } from '../../core/policy/evaluation.ts'
import type { Principal } from '../../core/principal.ts'
import type { ResourceTag } from '../../ports/metadata/repositories.ts'
import type { RequestOrigin } from '../request-origin.ts'

/** What conditions are asked about. */
export interface ConditionFacts {
  readonly principal: Principal
  readonly principalTags: ReadonlyMap<string, string>
  readonly origin: RequestOrigin
  /** Of the registry that is asked. */
  readonly region: string
  readonly resourceAccountId: string
  /** The id of the installation, which stands for the organization. */
  readonly installationId: string
  /** Undefined when nobody asked for them, or when there is no repository. */
  readonly resourceTags: readonly ResourceTag[] | undefined
  /** Keys of this call alone, by lower-case name. */
  readonly keys: Readonly<Record<string, string | readonly string[]>>
  /** Unix time in milliseconds. */
  readonly nowMs: number
}

type Value = string | readonly string[] | undefined

const PRINCIPAL_TAG = 'aws:principaltag/'
const RESOURCE_TAGS = ['aws:resourcetag/', 'ecr:resourcetag/']

/** What each key says (iam.md 1.3); most decisions ask for none, so each is worked out when it is asked for. */
const KEYS: Readonly<Record<string, (facts: ConditionFacts) => Value>> = {
  'aws:principalarn': ({ principal }) => (principal.kind === 'role-session' ? principal.roleArn : principal.arn),
  'aws:principalaccount': ({ principal }) => (principal.kind === 'anonymous' ? undefined : principal.accountId),
  'aws:principaltype': ({ principal }) => PRINCIPAL_TYPES[principal.kind],
  'aws:principalorgid': ({ principal, installationId }) =>
    principal.kind === 'anonymous' ? undefined : installationId,
  'aws:resourceorgid': ({ installationId }) => installationId,
  'aws:userid': ({ principal }) => (principal.kind === 'anonymous' ? undefined : principal.userId),
  'aws:username': ({ principal }) => (principal.kind === 'user' ? principal.name : undefined),
  'aws:federatedprovider': (facts) => sessionOf(facts)?.webIdentity?.providerArn,
  'aws:sourceidentity': (facts) => sessionOf(facts)?.sourceIdentity,
  'aws:tokenissuetime': (facts) => whenDefined(sessionOf(facts)?.issuedAtMs, isoTime),
  // Nobody signs in with a second factor yet; AWS has the key only for temporary credentials.
  'aws:multifactorauthpresent': (facts) => (sessionOf(facts) === undefined ? undefined : 'false'),
  'aws:sourceip': ({ origin }) => origin.clientAddress || undefined,
  'aws:securetransport': ({ origin }) => String(origin.secure),
  'aws:useragent': ({ origin }) => origin.userAgent,
  'aws:currenttime': ({ nowMs }) => isoTime(nowMs),
  'aws:epochtime': ({ nowMs }) => String(Math.floor(nowMs / 1000)),
  'aws:requestedregion': ({ region }) => region,
  'aws:resourceaccount': ({ resourceAccountId }) => resourceAccountId,
  'aws:viaawsservice': () => 'false',
  'aws:principalisawsservice': () => 'false',
}

const PRINCIPAL_TYPES: { readonly [Kind in Principal['kind']]: string } = {
  root: 'Account',
  user: 'User',
  'role-session': 'AssumedRole',
  anonymous: 'Anonymous',
}

/** The condition keys of one request. */
export class RequestConditions implements ConditionContext {
  readonly #facts: ConditionFacts

  constructor(facts: ConditionFacts) {
    this.#facts = facts
  }

  get(key: string): Value {
    const { keys, principalTags, resourceTags } = this.#facts
    if (Object.hasOwn(keys, key)) return keys[key]
    if (key.startsWith(PRINCIPAL_TAG)) return principalTags.get(key.slice(PRINCIPAL_TAG.length))
    const prefix = RESOURCE_TAGS.find((candidate) => key.startsWith(candidate))
    if (prefix !== undefined) return tagOf(resourceTags ?? [], key.slice(prefix.length))
    return Object.hasOwn(KEYS, key) ? KEYS[key]?.(this.#facts) : undefined
  }
}

/** Whether one of these keys is about a resource's tags, which take a read. */
export function asksForResourceTags(keys: Iterable<string>): boolean {
  for (const key of keys) if (RESOURCE_TAGS.some((prefix) => key.startsWith(prefix))) return true
  return false
}

/** Tag keys that differ only in case are one key to conditions. */
function tagOf(tags: readonly ResourceTag[], lowerKey: string): string | undefined {
  return tags.find(({ key }) => key.toLowerCase() === lowerKey)?.value
}

function sessionOf({ principal }: ConditionFacts) {
  return principal.kind === 'anonymous' ? undefined : principal.session
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}

function whenDefined<Given, Result>(value: Given | undefined, make: (value: Given) => Result): Result | undefined {
  return value === undefined ? undefined : make(value)
}
