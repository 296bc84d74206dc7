import type { Fields } from '../../core/ecr/fields.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'

/** `encryptionConfiguration`: recorded and shown again, as the type and key of whoever encrypts the storage. */
export function parseEncryption(fields: Fields<'encryptionConfiguration'>): Repository['encryption'] | undefined {
  const given = fields.object<'encryptionType' | 'kmsKey'>('encryptionConfiguration')
  if (given === undefined) return undefined
  const type = given.required('encryptionType', given.choice('encryptionType', ['AES256', 'KMS', 'KMS_DSSE']))
  const kmsKey = given.text('kmsKey', { max: 2048 }) || undefined
  if (type === 'AES256' && kmsKey !== undefined) throw given.invalid('kmsKey', 'Member must be null with AES256')
  return kmsKey === undefined ? { type } : { type, kmsKey }
}
