import type { ManageClient } from './manage-client.ts'
import { listOf, textOf } from './members.ts'

/** Every page of a list. @param member the list's name in the answer */
export async function listAll(client: ManageClient, path: string, member: string): Promise<unknown[]> {
  const all: unknown[] = []
  let after: string | undefined
  do {
    const query = after === undefined ? '' : `&after=${encodeURIComponent(after)}`
    const page = await client.call({ method: 'GET', path: `${path}?limit=1000${query}` })
    all.push(...listOf(page, member))
    after = textOf(page, 'next')
  } while (after !== undefined)
  return all
}
