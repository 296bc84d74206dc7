import type { CompiledPolicy } from '../../core/policy/compile-policy.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import { compileText } from './compile-text.ts'

/** Compiled, a policy takes some 5 KiB (iam.md 1.5); the largest that may be saved, ten times that. */
const MOST_POLICIES = 5000

/** Compiled repository policies. A repository's row says which revision its policy has, so none is ever out of date. */
export class RepositoryPolicies {
  readonly #metadata: Pick<MetadataReader, 'readRepositoryPolicy'>
  readonly #policies = new Map<string, CompiledPolicy>()

  constructor(metadata: Pick<MetadataReader, 'readRepositoryPolicy'>) {
    this.#metadata = metadata
  }

  /** The same without waiting, when it is remembered: every request asks for it. */
  remembered({ id, policyRevision }: Pick<Repository, 'id' | 'policyRevision'>): CompiledPolicy | undefined {
    return this.#policies.get(`${id}/${policyRevision}`)
  }

  /** @returns undefined for a repository that has none */
  async find(repository: Pick<Repository, 'id' | 'name' | 'policyRevision'>): Promise<CompiledPolicy | undefined> {
    if (repository.policyRevision === undefined) return undefined
    const key = `${repository.id}/${repository.policyRevision}`
    const known = this.#policies.get(key)
    if (known !== undefined) return known
    const text = await this.#metadata.readRepositoryPolicy(repository.id)
    // Deleted a moment ago.
    if (text === undefined) return undefined
    const policy = compileText(text, { kind: 'repository', name: `repository policy of ${repository.name}` })
    if (this.#policies.size >= MOST_POLICIES) this.#policies.clear()
    this.#policies.set(key, policy)
    return policy
  }
}
