import { type BodyLimit, type HeldBody, SMALL_BYTES } from '../services/body-room.ts'
import type { Services } from '../services/context.ts'

/** Whether a body is larger than one that is always taken, or may be: it does not say. */
export function mayBeLarge(request: Request): boolean {
  return request.body !== null && !(Number(request.headers.get('content-length') ?? Number.NaN) <= SMALL_BYTES)
}

/**
 * Reads the whole body, which counts against what all large ones may hold together until the caller disposes of it:
 * a declared length past the limit is refused before a byte is read.
 *
 * @throws {Refusal} the limit's, and as `BodyRoom.read` does
 */
export async function readBody(
  { bodyRoom }: Pick<Services, 'bodyRoom'>,
  request: Request,
  limit: BodyLimit,
): Promise<HeldBody> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > limit.bytes) throw limit.refusal()
  if (request.body === null) return { bytes: new Uint8Array(), [Symbol.dispose]: () => {} }
  if (mayBeLarge(request)) return await bodyRoom.read(request.body, limit)
  // The server holds clients to what they declare.
  return { bytes: new Uint8Array(await request.arrayBuffer()), [Symbol.dispose]: () => {} }
}
