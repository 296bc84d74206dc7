export function policyPath(repository: string): string {
  return `/repositories/${encodeURIComponent(repository)}/lifecycle-policy`
}

/** Below it, `explain` and `diff`. */
export function lifecyclePath(repository: string): string {
  return `/repositories/${encodeURIComponent(repository)}/lifecycle`
}
