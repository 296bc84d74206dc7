import { repositoryOfArn } from '../../core/ecr/repository-arn.ts'
import type { CompiledPolicy } from '../../core/policy/compile-policy.ts'
import { describeScope, type ParentScope, prefixesOf } from '../../core/settings/scope.ts'
import type { ScopePolicy } from '../../ports/metadata/settings.ts'
import { compileText } from './compile-text.ts'

const NONE: readonly CompiledPolicy[] = []

/**
 * Policies that the scopes above repositories say, as they are with one registry; compiled when they are first asked for.
 * Which of them count is decided by the ARN alone, so that it is the same whether or not there is such a repository.
 */
export class ScopePolicies {
  static readonly NONE = new ScopePolicies([])
  readonly #policies: ReadonlyMap<string, ScopePolicy>
  readonly #compiled = new Map<string, CompiledPolicy>()

  constructor(policies: readonly ScopePolicy[]) {
    this.#policies = new Map(policies.map((policy) => [keyOf(policy.scope), policy]))
  }

  /** Those above the repository that the ARN names, farthest first; of a list, those above all that it may show. */
  of(arn: string): readonly CompiledPolicy[] {
    if (this.#policies.size === 0) return NONE
    const name = repositoryOfArn(arn)
    return name === undefined ? NONE : this.#above(name)
  }

  /** The same, as if `policy` were the scope's already. */
  with(scope: ParentScope, policy: CompiledPolicy): ScopePolicies {
    const policies = [...this.#policies.values(), { scope, text: '' }]
    const other = new ScopePolicies(policies)
    other.#compiled.set(keyOf(scope), policy)
    return other
  }

  #above(name: string): readonly CompiledPolicy[] {
    const found: CompiledPolicy[] = []
    for (const key of ['*', '', ...prefixesOf(name)]) {
      const policy = this.#policies.get(key)
      if (policy !== undefined) found.push(this.#compile(key, policy))
    }
    return found
  }

  #compile(key: string, { scope, text }: ScopePolicy): CompiledPolicy {
    const known = this.#compiled.get(key)
    if (known !== undefined) return known
    const compiled = compileText(text, { kind: 'repository', name: `repository policy of ${describeScope(scope)}` })
    this.#compiled.set(key, compiled)
    return compiled
  }
}

/** No path has a star in it. */
function keyOf(scope: ParentScope): string {
  if (scope.kind === 'namespace') return scope.path
  return scope.kind === 'installation' ? '*' : ''
}
