import { CostScope } from './cost-scope.ts'

/** A repository, live or deleted, by its number and the account in whose registry it is. */
export interface PlacedRepository {
  readonly id: number
  readonly registryId: number
  readonly name: string
}

/**
 * The scopes of an installation: it, its registries, their namespaces and the repositories.
 *
 * Namespaces that hold the same repositories are one scope, and one that holds a single repository is that repository's,
 * so there are fewer than twice as many scopes as repositories, however deep the names are.
 */
export class ScopeTree {
  readonly installation = new CostScope(undefined)
  readonly #registries = new Map<number, RegistryScopes>()
  readonly #repositories = new Map<number, CostScope>()

  constructor(repositories: Iterable<PlacedRepository>) {
    const byRegistry = Map.groupBy(repositories, ({ registryId }) => registryId)
    for (const [registryId, placed] of byRegistry) {
      const scopes = new RegistryScopes(this.installation, placed)
      this.#registries.set(registryId, scopes)
      for (const repository of placed) this.#repositories.set(repository.id, scopes.add(repository))
    }
  }

  repository(repositoryId: number): CostScope | undefined {
    return this.#repositories.get(repositoryId)
  }

  /** Undefined for a registry without repositories. */
  registry(registryId: number): CostScope | undefined {
    return this.#registries.get(registryId)?.whole
  }

  /** The repositories whose names go on after `path/`. */
  inNamespace(registryId: number, path: string): readonly PlacedRepository[] {
    const prefix = `${path}/`
    return this.inRegistry(registryId).filter(({ name }) => name.startsWith(prefix))
  }

  inRegistry(registryId: number): readonly PlacedRepository[] {
    return this.#registries.get(registryId)?.repositories ?? []
  }

  /** Undefined for a namespace without repositories. */
  namespace(registryId: number, path: string): CostScope | undefined {
    const inside = this.inNamespace(registryId, path)
    const [first, ...others] = inside
    if (first === undefined) return undefined
    if (others.length === 0) return this.#repositories.get(first.id)
    const shared = others.reduce((known, { name }) => commonNamespace(known, name), namespaceOf(first.name))
    return this.#registries.get(registryId)?.namespace(shared)
  }
}

/** Only namespaces where names part are scopes: those that two neighbours in order have in common. */
class RegistryScopes {
  readonly whole: CostScope
  readonly repositories: readonly PlacedRepository[]
  readonly #parting: ReadonlySet<string>
  readonly #namespaces = new Map<string, CostScope>()

  constructor(installation: CostScope, repositories: readonly PlacedRepository[]) {
    this.whole = new CostScope(installation)
    this.repositories = repositories
    this.#parting = partingNamespaces(repositories)
  }

  add({ name }: PlacedRepository): CostScope {
    return new CostScope(this.namespace(namespaceOf(name)))
  }

  /** That of the namespace, or the next one around it where names part. */
  namespace(path: string): CostScope {
    let around = path
    while (around !== '' && !this.#parting.has(around)) around = namespaceOf(around)
    if (around === '') return this.whole
    const known = this.#namespaces.get(around)
    if (known !== undefined) return known
    const made = new CostScope(this.namespace(namespaceOf(around)))
    this.#namespaces.set(around, made)
    return made
  }
}

function partingNamespaces(repositories: readonly PlacedRepository[]): Set<string> {
  // The slash before every other character, so that what a namespace holds stands together.
  const names = repositories.map(({ name }) => name.replaceAll('/', '\0')).sort()
  const parting = new Set<string>()
  for (const [index, name] of names.entries()) {
    const before = names[index - 1]?.replaceAll('\0', '/')
    if (before !== undefined) parting.add(commonNamespace(namespaceOf(before), name.replaceAll('\0', '/')))
  }
  return parting
}

/** The longest namespace that is `path` or around it, and that the repository is in. Empty for none. */
function commonNamespace(path: string, name: string): string {
  let around = path
  while (around !== '' && !name.startsWith(`${around}/`)) around = namespaceOf(around)
  return around
}

/** What is before the last slash. Empty for none. */
function namespaceOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf('/')))
}
