import type { RepositoryName } from '../../core/repository-name.ts'
import { type NamespacePath, namespacesOf } from '../../core/settings/scope.ts'
import type { SettingName } from '../../core/settings/settings.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'

/** Names of repositories that one page looks at: those of a large namespace give but one. */
const NAMES_SCANNED = 20_000
const NAMES_READ = 1000

export interface ListedNamespace {
  readonly path: NamespacePath
  readonly settings: readonly SettingName[]
}

export interface NamespacePage {
  readonly namespaces: readonly ListedNamespace[]
  /** After which text the next page begins; there may be one although this has fewer than asked for. */
  readonly next: string | undefined
}

/** A page of the namespaces that hold repositories or say something, in byte order. */
export async function listNamespaces(
  reader: MetadataReader,
  registryId: number,
  { after = '', limit }: { readonly after: string | undefined; readonly limit: number },
): Promise<NamespacePage> {
  const held = await heldNamespaces(reader, registryId, { after, limit })
  const saying = await reader.listNamespacesWithSettings(registryId, { after, limit })
  const settings = new Map(saying.map(({ path, names }) => [path, names]))
  // Beyond where the scan stopped there may be others in between.
  const { end } = held
  const all = [...new Set([...held.paths, ...settings.keys()])].sort()
  const within = end === undefined ? all : all.filter((path) => path <= end)
  const namespaces = within.slice(0, limit).map((path) => ({ path, settings: settings.get(path) ?? [] }))
  const isCut = within.length > limit || saying.length === limit
  return { namespaces, next: isCut ? namespaces.at(-1)?.path : end }
}

/** What names of repositories begin with, in byte order, as a name comes after all that it begins with. */
async function heldNamespaces(
  reader: MetadataReader,
  registryId: number,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<{ readonly paths: readonly NamespacePath[]; readonly end: string | undefined }> {
  const paths = new Set<NamespacePath>()
  let last: RepositoryName | undefined
  for (let scanned = 0; scanned < NAMES_SCANNED && paths.size <= limit; scanned += NAMES_READ) {
    const names = await reader.listRepositoryNames(registryId, { after: last ?? after, limit: NAMES_READ })
    for (const name of names) for (const path of namespacesOf(name)) if (path > after) paths.add(path)
    last = names.at(-1)
    if (names.length < NAMES_READ) return { paths: [...paths], end: undefined }
  }
  return { paths: [...paths], end: last }
}
