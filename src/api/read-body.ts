import type { Refusal } from '../core/refusal.ts'
import { BodyRoom, type HeldBody, SMALL_BYTES } from './body-room.ts'

/** The largest call, `UploadLayerPart`, is 28 MiB. */
const ROOM = new BodyRoom(256 * 1024 * 1024, () => performance.now())

/** Whether a body is larger than one that is always taken, or may be: it does not say. */
export function mayBeLarge(request: Request): boolean {
  return request.body !== null && !(Number(request.headers.get('content-length') ?? Number.NaN) <= SMALL_BYTES)
}

/**
 * Reads the whole body, which counts against what all large ones may hold together until the caller disposes of it:
 * a declared length past the limit is refused before a byte is read.
 *
 * @param refusal what to say to a body past the limit
 * @throws {Refusal} that, and as `BodyRoom.read` does
 */
export async function readBody(request: Request, bytes: number, refusal: () => Refusal): Promise<HeldBody> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > bytes) throw refusal()
  if (request.body === null) return { bytes: new Uint8Array(), [Symbol.dispose]: () => {} }
  if (mayBeLarge(request)) return await ROOM.read(request.body, { bytes, refusal })
  // The server holds clients to what they declare.
  return { bytes: new Uint8Array(await request.arrayBuffer()), [Symbol.dispose]: () => {} }
}
