import type { CompiledPolicy } from '../../core/policy/compile-policy.ts'
import type { Decision } from '../../core/policy/decide.ts'
import type { RequestOrigin } from '../request-origin.ts'
import type { Permissions } from './permissions.ts'

/** What conditions may ask about that stays as it is while a login is remembered. */
const LASTING: ReadonlySet<string> = new Set([
  'aws:federatedprovider',
  'aws:multifactorauthpresent',
  'aws:principalaccount',
  'aws:principalarn',
  'aws:principalisawsservice',
  'aws:principalorgid',
  'aws:principaltype',
  'aws:requestedregion',
  'aws:resourceaccount',
  'aws:resourceorgid',
  'aws:sourceidentity',
  'aws:tokenissuetime',
  'aws:userid',
  'aws:username',
  'aws:viaawsservice',
])
const LASTING_PREFIX = 'aws:principaltag/'
const OF_ORIGIN: ReadonlySet<string> = new Set(['aws:sourceip', 'aws:securetransport'])

/** Of one principal; a pull asks for a handful. */
const MOST_DECISIONS = 1000

/** How far a policy's answers depend on the request: not at all, on where it comes from, or on what may be in it. */
type Reach = 0 | 1 | 2

const reaches = new WeakMap<CompiledPolicy, Reach>()

function reachOf(policy: CompiledPolicy): Reach {
  const known = reaches.get(policy)
  if (known !== undefined) return known
  let reach: Reach = 0
  for (const key of policy.keys) {
    if (LASTING.has(key) || key.startsWith(LASTING_PREFIX)) continue
    if (!OF_ORIGIN.has(key)) {
      reach = 2
      break
    }
    reach = 1
  }
  reaches.set(policy, reach)
  return reach
}

interface Remembered {
  readonly resourcePolicies: readonly CompiledPolicy[]
  readonly decision: Decision
}

/**
 * Decisions about one principal that cannot come out otherwise until its permissions or the policies of what it asks for
 * change. A pull asks the same for each of its layers.
 */
export class DecisionMemory {
  readonly #reach: Reach
  readonly #decisions = new Map<string, Remembered>()

  constructor({ policies }: Permissions) {
    const { identityPolicies, boundary, sessionLayers } = policies
    const all = [...identityPolicies, ...(boundary === undefined ? [] : [boundary]), ...sessionLayers.flat()]
    this.#reach = widest(all)
  }

  /**
   * Under which name a decision can be remembered.
   *
   * @returns undefined for one that has to be made each time
   */
  nameOf(
    asked: { readonly action: string; readonly resource: string; readonly registryId: number },
    resourcePolicies: readonly CompiledPolicy[],
    origin: RequestOrigin,
  ): string | undefined {
    const reach = Math.max(this.#reach, widest(resourcePolicies))
    if (reach === 2) return undefined
    const name = `${asked.registryId} ${asked.action} ${asked.resource}`
    return reach === 0 ? name : `${name} ${origin.secure ? 'tls' : 'plain'} ${origin.clientAddress}`
  }

  find(name: string, resourcePolicies: readonly CompiledPolicy[]): Decision | undefined {
    const known = this.#decisions.get(name)
    return known !== undefined && isSame(known.resourcePolicies, resourcePolicies) ? known.decision : undefined
  }

  keep(name: string, resourcePolicies: readonly CompiledPolicy[], decision: Decision): void {
    if (this.#decisions.size >= MOST_DECISIONS) this.#decisions.clear()
    this.#decisions.set(name, { resourcePolicies, decision })
  }
}

function widest(policies: readonly CompiledPolicy[]): Reach {
  let reach: Reach = 0
  for (const policy of policies) {
    const one = reachOf(policy)
    if (one > reach) reach = one
  }
  return reach
}

/** Compiled policies are made anew when their texts change. */
function isSame(a: readonly CompiledPolicy[], b: readonly CompiledPolicy[]): boolean {
  return a.length === b.length && a.every((policy, index) => policy === b[index])
}
