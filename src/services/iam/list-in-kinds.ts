import type { Identities, IdentityFilter, IdentityReads, NamedKind } from '../../ports/metadata/identity.ts'

/** An identity in a list over several kinds, and what the list goes by: the kind's place, and the name. */
export interface Placed<Kind extends NamedKind> {
  readonly key: string
  readonly identity: Identities[Kind]
}

/** A kind that is listed, and which of it. */
export interface ListedKind<Kind extends NamedKind> {
  readonly kind: Kind
  readonly filter?: IdentityFilter
}

/**
 * A page of a list over several kinds, one after the other, each in the order of its names.
 *
 * @param after the key of the last one of the page before
 */
export async function listInKinds<Kind extends NamedKind>(
  reader: IdentityReads,
  accountId: string,
  kinds: readonly ListedKind<Kind>[],
  {
    after,
    limit,
    pathPrefix,
  }: { readonly after: string | undefined; readonly limit: number; readonly pathPrefix: string },
): Promise<Placed<Kind>[]> {
  const from = placeOf(after)
  const found: Placed<Kind>[] = []
  for (const [place, { kind, filter }] of kinds.entries()) {
    if (place < from.place || found.length >= limit) continue
    const page = { after: place === from.place ? from.name : undefined, limit: limit - found.length, pathPrefix }
    const identities = await reader.listIdentities(accountId, kind, page, filter)
    found.push(...identities.map((identity) => ({ key: `${place}/${identity.name}`, identity })))
  }
  return found
}

/** A key that no list gave is as good as any other: it begins somewhere. */
function placeOf(after: string | undefined): { readonly place: number; readonly name: string | undefined } {
  const [, place, name] = /^([0-9])\/(.+)$/.exec(after ?? '') ?? []
  return place === undefined ? { place: 0, name: undefined } : { place: Number(place), name }
}
