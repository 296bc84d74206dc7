import type { CompiledPolicy } from '../../core/policy/compile-policy.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import { compileText } from './compile-text.ts'

/** Of the texts together: compiled, a policy takes some ten times its text (iam.md 1.5), so this is some 50 MB. */
const MOST_CHARACTERS = 5_000_000

/** Compiled repository policies. A repository's row says which revision its policy has, so none is ever out of date. */
export class RepositoryPolicies {
  readonly #metadata: Pick<MetadataReader, 'readRepositoryPolicy'>
  readonly #mostCharacters: number
  readonly #policies = new Map<string, CompiledPolicy>()
  #characters = 0

  /** @param mostCharacters for tests */
  constructor(metadata: Pick<MetadataReader, 'readRepositoryPolicy'>, mostCharacters = MOST_CHARACTERS) {
    this.#metadata = metadata
    this.#mostCharacters = mostCharacters
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
    this.#remember(key, policy, text.length)
    return policy
  }

  #remember(key: string, policy: CompiledPolicy, characters: number): void {
    // Another request may have read it meanwhile.
    if (this.#policies.has(key)) return
    if (this.#characters + characters > this.#mostCharacters) {
      this.#policies.clear()
      this.#characters = 0
    }
    this.#policies.set(key, policy)
    this.#characters += characters
  }
}
