import * as z from 'zod'
import type { Account } from '../../ports/metadata/accounts.ts'
import type { AccessKeyRecord } from '../../ports/metadata/identity.ts'
import { accountIdField, timeField, toTime } from './fields.ts'

export const accountView = z.strictObject({
  accountId: accountIdField,
  name: z.string(),
  state: z.enum(['enabled', 'disabled']),
  createdAt: timeField,
})

/** An account by itself: with what is needed to delete a root key of it. */
export const accountDetails = accountView.extend({
  rootKeys: z
    .array(z.strictObject({ accessKeyId: z.string(), state: z.enum(['active', 'inactive']), createdAt: timeField }))
    .describe('Those that were made here; one that the settings name is not among them.'),
})

/** A root key as it is told once. */
export const rootKeyView = z.strictObject({
  accessKeyId: z.string(),
  secretAccessKey: z.string().describe('Shown this once.'),
})

export function viewAccount({ accountId, name, state, createdAtMs }: Account): z.output<typeof accountView> {
  return { accountId, name, state, createdAt: toTime(createdAtMs) }
}

export function viewAccountDetails(
  account: Account,
  rootKeys: readonly AccessKeyRecord[],
): z.output<typeof accountDetails> {
  const keys = rootKeys.map(({ id, state, createdAtMs }) => ({
    accessKeyId: id,
    state,
    createdAt: toTime(createdAtMs),
  }))
  return { ...viewAccount(account), rootKeys: keys }
}
