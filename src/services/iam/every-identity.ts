import type { Identities, IdentityFilter, IdentityReads, NamedKind } from '../../ports/metadata/identity.ts'

const AT_ONCE = 100

/** All of a kind in the order of their names, a page in memory at a time. */
export async function* everyIdentity<Kind extends NamedKind>(
  reader: IdentityReads,
  accountId: string,
  kind: Kind,
  filter: IdentityFilter = {},
): AsyncGenerator<Identities[Kind]> {
  let after: string | undefined
  for (;;) {
    const page = await reader.listIdentities(accountId, kind, { after, limit: AT_ONCE }, filter)
    yield* page
    if (page.length < AT_ONCE) return
    after = page.at(-1)?.name
  }
}
