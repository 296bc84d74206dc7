import * as z from 'zod'
import type { Account } from '../../ports/metadata/accounts.ts'
import { accountIdField, timeField, toTime } from './fields.ts'

export const accountView = z.strictObject({
  accountId: accountIdField,
  name: z.string(),
  state: z.enum(['enabled', 'disabled']),
  createdAt: timeField,
})

/** A root key as it is told once. */
export const rootKeyView = z.strictObject({
  accessKeyId: z.string(),
  secretAccessKey: z.string().describe('Shown this once.'),
})

export function viewAccount({ accountId, name, state, createdAtMs }: Account): z.output<typeof accountView> {
  return { accountId, name, state, createdAt: toTime(createdAtMs) }
}
