import * as z from 'zod'
import { auditSigners } from '../../services/audit/audit-signer.ts'
import { defineOperation } from './define-operation.ts'
import { ladingArn } from './fields.ts'

/** `GET /api/v1/audit/keys` */
export const getAuditKeys = defineOperation('GetAuditKeys', {
  method: 'get',
  path: '/audit/keys',
  summary: 'Shows the public keys that checkpoints of the audit trail are signed with, the newest first.',
  decidedIn: "caller's account",
  output: z.strictObject({
    installation: z.string(),
    keys: z.array(
      z.strictObject({
        keyId: z.string(),
        text: z.string().describe('`ed25519:` and 43 characters.'),
        pem: z.string(),
      }),
    ),
  }),
  resource: (registry) => ladingArn(registry, 'audit/*'),
  handle: async ({ services: { keys, installationId } }) => ({
    installation: installationId,
    keys: auditSigners(keys).map(({ keyId, publicKeyText, publicKeyPem }) => ({
      keyId,
      text: publicKeyText,
      pem: publicKeyPem,
    })),
  }),
})
