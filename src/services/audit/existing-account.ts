import type { Services } from '../context.ts'

/** The account again, if it is one that is there and has a trail; the text may be anybody's. */
export async function existingAccount(
  { directory }: Pick<Services, 'directory'>,
  accountId: string | undefined,
): Promise<string | undefined> {
  if (accountId === undefined || !/^\d{12}$/.test(accountId)) return undefined
  return (await directory.account(accountId)) === undefined ? undefined : accountId
}
