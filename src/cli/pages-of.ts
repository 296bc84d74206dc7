import type { ManageClient } from './manage-client.ts'
import { listOf, textOf } from './members.ts'

const PAGE = 1000

/**
 * A list, a page at a time.
 *
 * @param path with its query, if it has one
 * @param member the list's name in the answer
 */
export async function* pagesOf(
  client: ManageClient,
  path: string,
  member: string,
): AsyncGenerator<readonly unknown[], void> {
  let after: string | undefined
  do {
    const query = after === undefined ? '' : `&after=${encodeURIComponent(after)}`
    const limit = `${path.includes('?') ? '&' : '?'}limit=${PAGE}`
    const page = await client.call({ method: 'GET', path: `${path}${limit}${query}` })
    yield listOf(page, member)
    after = textOf(page, 'next')
  } while (after !== undefined)
}
