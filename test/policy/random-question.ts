import { compilePolicy } from '../../src/core/policy/compile-policy.ts'
import type { PolicyQuestion } from '../../src/core/policy/decide.ts'
import { parsePolicy } from '../../src/core/policy/parse-policy.ts'
import type { PolicyDocument } from '../../src/core/policy/policy-document.ts'
import type { PolicyKind } from '../../src/core/policy/policy-kind.ts'
import { Refusal } from '../../src/core/refusal.ts'
import type { NaivePolicy, NaiveQuestion } from './naive-decide.ts'
import {
  ACCOUNTS,
  ACTIONS,
  PROVIDERS,
  RESOURCES,
  ROLE_IDS,
  randomContext,
  randomPolicy,
  USER_IDS,
} from './random-policy.ts'
import type { Sfc32 } from './sfc32.ts'

/** The same policy, for both evaluators. */
interface Twin {
  readonly naive: NaivePolicy
  readonly compiled: ReturnType<typeof compilePolicy>
}

/** Some policies of each kind, of which questions are put together. */
export interface World {
  readonly identity: readonly Twin[]
  readonly boundary: readonly Twin[]
  readonly session: readonly Twin[]
  readonly trust: readonly Twin[]
  readonly repository: readonly Twin[]
  readonly registry: readonly Twin[]
}

export function randomWorld(random: Sfc32): World {
  const some = (kind: NaivePolicy['kind'], count: number) =>
    Array.from({ length: count }, (_, index) => randomTwin(random, kind, index))
  return {
    identity: some('identity', 3),
    boundary: some('boundary', 1),
    session: some('session', 3),
    trust: some('trust', 2),
    repository: some('repository', 2),
    registry: some('registry', 1),
  }
}

function randomTwin(random: Sfc32, kind: NaivePolicy['kind'], index: number): Twin {
  const documentKind = kind === 'boundary' ? 'identity' : kind
  const source = { kind, name: `${kind} ${index}` }
  for (;;) {
    const text = randomPolicy(random, documentKind)
    const document = parseUnlessDear(text, documentKind)
    if (document === undefined) continue
    return { naive: { ...source, document: JSON.parse(text) }, compiled: compilePolicy(document, source) }
  }
}

/** Some are more work than `parsePolicy` takes; any other refusal is a fault. */
function parseUnlessDear(text: string, kind: PolicyKind): PolicyDocument | undefined {
  try {
    return parsePolicy(text, kind)
  } catch (error) {
    if (error instanceof Refusal && error.message.includes('would make every decision slow')) return undefined
    throw error
  }
}

export interface TwinQuestion {
  readonly naive: NaiveQuestion
  readonly compiled: PolicyQuestion
}

type Kind = PolicyQuestion['principal']['kind']

export function randomQuestion(random: Sfc32, world: World): TwinQuestion {
  const kind = random.pick<Kind>([
    'root',
    'user',
    'user',
    'role-session',
    'role-session',
    'role-session',
    'federated',
    'anonymous',
  ])
  const accountId =
    kind === 'anonymous' || (kind === 'federated' && random.chance(0.5)) ? undefined : random.pick(ACCOUNTS)
  const roleId = kind === 'role-session' ? random.pick(ROLE_IDS) : undefined
  const isTrust = kind === 'federated' ? random.chance(0.9) : random.chance(0.2)
  const identity = kind === 'user' || kind === 'role-session' ? random.some(world.identity, { least: 0, most: 3 }) : []
  const boundary = identity.length > 0 && random.chance(0.3) ? world.boundary[0] : undefined
  const layers =
    kind === 'anonymous' || kind === 'federated' || random.chance(0.6) ? [] : randomLayers(random, world.session)
  const resource = isTrust
    ? [random.pick(world.trust)]
    : [...random.some(world.repository, { least: 0, most: 1 }), ...random.some(world.registry, { least: 0, most: 1 })]
  const context = randomContext(random)
  const common = {
    action: random.pick(ACTIONS),
    resource: random.pick(RESOURCES),
    resourceAccountId: random.pick(ACCOUNTS),
    ...(isTrust && { needsResourceGrant: true }),
  }
  const names = { kind, accountId, roleId, directIds: directIdsOf(random, kind, roleId) }
  const pair = <Name extends keyof Twin>(name: Name) => ({
    ...common,
    principal: {
      ...names,
      identityPolicies: identity.map((twin) => twin[name]),
      boundary: boundary?.[name],
      sessionLayers: layers.map((layer) => layer.map((twin) => twin[name])),
    },
    resourcePolicies: resource.map((twin) => twin[name]),
  })
  return {
    naive: { ...pair('naive'), context },
    compiled: { ...pair('compiled'), context: { get: (key) => context[key] } },
  }
}

function randomLayers(random: Sfc32, policies: readonly Twin[]): Twin[][] {
  return Array.from({ length: 1 + random.below(2) }, () =>
    random.some(policies, { least: random.chance(0.05) ? 0 : 1, most: 2 }),
  )
}

function directIdsOf(random: Sfc32, kind: Kind, roleId: string | undefined): string[] {
  if (kind === 'user') return [random.pick(USER_IDS)]
  if (kind === 'federated') return [random.pick(PROVIDERS)]
  return roleId === undefined ? [] : [`${roleId}:${random.pick(['ci', 'other'])}`]
}
