import type { AccessKeyRecord } from '../../ports/metadata/identity.ts'
import type { Services } from '../context.ts'
import { openText, type Sealing, sealText } from './sealed-text.ts'

/** What `sealedSecret` of an access key holds: the secret, for this key of this account alone. */
export function sealSecret(
  services: Pick<Services, 'keys' | 'ids'>,
  accountId: string,
  key: { readonly accessKeyId: string; readonly secret: string },
): string {
  return sealText(services, sealing(accountId, key.accessKeyId), key.secret)
}

/** @throws {Error} when it was sealed with a key that the installation has not any more, or the record was tampered with */
export function openSecret(
  services: Pick<Services, 'keys'>,
  accountId: string,
  { id, sealedSecret }: Pick<AccessKeyRecord, 'id' | 'sealedSecret'>,
): string {
  const secret = openText(services, sealing(accountId, id), sealedSecret)
  if (secret !== undefined) return secret
  throw new Error(`the secret of access key ${id} cannot be opened with the installation's keys`)
}

function sealing(accountId: string, accessKeyId: string): Sealing {
  return { use: 'access key secrets', binding: `${accountId} ${accessKeyId}` }
}
