/** The repository with very many tags. */
export const TAGGED_REPOSITORY = 'bench/tagged'
/** The repository with the rest of the manifests, untagged. */
export const UNTAGGED_REPOSITORY = 'bench/untagged'

export function tagName(index: number): string {
  return `v${String(index).padStart(7, '0')}`
}

export function repositoryName(index: number): string {
  return `team-${String(index % 100).padStart(2, '0')}/service-${String(index).padStart(6, '0')}`
}
