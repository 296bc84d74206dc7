import * as z from 'zod'
import { exportAudit as linesOf } from '../../services/audit/export-audit.ts'
import { defineLines } from './define-operation.ts'
import { ladingArn } from './fields.ts'

/** `GET /api/v1/audit/export`: what `lading audit verify` reads. It is whole when its last line says `end`. */
export const exportAudit = defineLines('ExportAudit', {
  path: '/audit/export',
  summary: "Exports the sealed records of the account's audit trail with their checkpoints.",
  decidedIn: "caller's account",
  query: z.strictObject({
    from: z.coerce
      .number()
      .int()
      .min(1)
      .default(1)
      .describe('The number of a record; it begins there, or before it where it can be verified from.'),
  }),
  resource: (registry) => ladingArn(registry, 'audit/*'),
  lines: ({ services, caller }, { query }) => linesOf(services, caller.registry.accountId, query.from),
})
