/** What a policy document is for, which decides what may stand in it. `identity` also serves boundaries. */
export type PolicyKind = 'identity' | 'session' | 'trust' | 'repository' | 'registry'

/** Whether policies of this kind hang on a resource, and so say in a Principal element whom they are about. */
export function isResourceKind(kind: PolicyKind): boolean {
  return kind === 'trust' || kind === 'repository' || kind === 'registry'
}
