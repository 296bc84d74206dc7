import type { AccessKeyRecord, Identities, IdentityKind, Role } from '../../../ports/metadata/identity.ts'
import type { EdgeKind } from './schema.ts'

export type Identity = Identities[IdentityKind]

export interface Edge {
  readonly edge: EdgeKind
  readonly target: string
}

export interface IdentityRow {
  readonly body: string
  /** Of a role that has been used. */
  readonly usedAtMs: number | null
  readonly usedRegion: string | null
}

/** What the name is compared by; access keys are found by their ids as they are. */
export function nameKey(kind: IdentityKind, name: string): string {
  return kind === 'access-key' ? name : name.toLowerCase()
}

export function fromIdentity(accountId: string, identity: Identity) {
  const isKey = identity.kind === 'access-key'
  return {
    id: identity.id,
    accountId,
    kind: identity.kind,
    nameKey: nameKey(identity.kind, isKey ? identity.id : identity.name),
    path: isKey ? '/' : identity.path,
    ownerId: isKey ? identity.ownerId : null,
    createdAtMs: identity.createdAtMs,
    body: JSON.stringify(bodyOf(identity)),
  }
}

/** When a role was used is kept apart: that changes all the time, and counts as no change. */
function bodyOf(identity: Identity): AccessKeyRecord | Omit<Role, 'lastUsed'> | Identity {
  if (identity.kind !== 'role') return identity
  const { lastUsed: _, ...body } = identity
  return body
}

export function toIdentity<Kind extends IdentityKind>(kind: Kind, row: IdentityRow): Identities[Kind] {
  const body = JSON.parse(row.body)
  const { usedAtMs: atMs, usedRegion: region } = row
  const lastUsed = atMs === null || region === null ? undefined : { atMs, region }
  // Written by fromIdentity from one of that kind; members that were undefined are missing, which reads the same.
  return (kind === 'role' ? { ...body, lastUsed } : body) as Identities[Kind]
}

/** What it refers to, so that lists of who refers to something go by an index. */
export function edgesOf(identity: Identity): Edge[] {
  const edges: Edge[] = []
  if ('groupIds' in identity) edges.push(...edgesTo('member', identity.groupIds))
  if ('attachedPolicies' in identity) edges.push(...edgesTo('attached', identity.attachedPolicies))
  if ('boundaryArn' in identity && identity.boundaryArn !== undefined) {
    edges.push({ edge: 'boundary', target: identity.boundaryArn })
  }
  return edges
}

function edgesTo(edge: EdgeKind, targets: readonly string[]): Edge[] {
  return targets.map((target) => ({ edge, target }))
}
