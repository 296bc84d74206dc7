import { createHash } from 'node:crypto'

/**
 * The id by which everybody is told of an event, so that whoever is told twice knows: a UUID of version 8 (RFC 9562 5.8)
 * made of the installation and the event's number in it.
 */
export function eventId(installationId: string, sequence: number): string {
  const bytes = createHash('sha256').update(`lading event ${installationId} ${sequence}`).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
