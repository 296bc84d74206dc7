import { Refusal } from '../core/refusal.ts'

/** Most calls are smaller; those are always taken, so that large ones cannot keep anybody from the rest of the API. */
const SMALL_BYTES = 64 * 1024
/** The largest call, `UploadLayerPart`, is 28 MiB. */
const MOST_HELD_BYTES = 256 * 1024 * 1024

/** What all bodies past `SMALL_BYTES` hold together, of senders who are not known yet: anybody can send one. */
let heldBytes = 0

/** Whether a body is larger than one that is always taken, or may be: it does not say. */
export function mayBeLarge(request: Request): boolean {
  return request.body !== null && !(Number(request.headers.get('content-length') ?? Number.NaN) <= SMALL_BYTES)
}

/**
 * Reads the whole body and finds out, by `use`, whose it is; until that is done its bytes count against what all such
 * bodies may hold together. A declared length past the limit is refused before a byte is read.
 *
 * @throws {Refusal} `limit-exceeded`; `too-many-requests` when bodies of others hold all that there is
 */
export async function withBody<Result>(
  request: Request,
  limitBytes: number,
  use: (body: Uint8Array) => Promise<Result>,
): Promise<Result> {
  const declared = Number(request.headers.get('content-length') ?? 0)
  if (declared > limitBytes) throw tooLarge(limitBytes)
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  let countedBytes = 0
  try {
    for await (const chunk of request.body ?? []) {
      sizeBytes += chunk.byteLength
      if (sizeBytes > limitBytes) throw tooLarge(limitBytes)
      const uncounted = Math.max(0, sizeBytes - SMALL_BYTES) - countedBytes
      if (heldBytes + uncounted > MOST_HELD_BYTES) throw tooMuchHeld()
      heldBytes += uncounted
      countedBytes += uncounted
      chunks.push(chunk)
    }
    return await use(Buffer.concat(chunks, sizeBytes))
  } finally {
    heldBytes -= countedBytes
  }
}

function tooLarge(limitBytes: number): Refusal {
  return new Refusal('limit-exceeded', `The request is larger than ${limitBytes} bytes, the most that this call takes.`)
}

function tooMuchHeld(): Refusal {
  return new Refusal('too-many-requests', 'Too many large requests are on their way at once; try again in a moment.', {
    retryAfterSeconds: 1,
  })
}
