import { Refusal } from '../../core/refusal.ts'

/**
 * The whole body, which must fit in memory.
 *
 * A declared length past the limit is refused before a byte is read; an undeclared one is counted.
 *
 * @throws {Refusal} `manifest-too-large`
 */
export async function readBounded(request: Request, limitBytes: number): Promise<Uint8Array> {
  const declared = Number(request.headers.get('content-length') ?? Number.NaN)
  if (declared > limitBytes) throw tooLarge(limitBytes)
  if (request.body === null) return new Uint8Array()
  if (Number.isInteger(declared)) return new Uint8Array(await request.arrayBuffer())
  return await readCounted(request.body, limitBytes)
}

async function readCounted(body: ReadableStream<Uint8Array>, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  for await (const chunk of body) {
    sizeBytes += chunk.byteLength
    if (sizeBytes > limitBytes) throw tooLarge(limitBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, sizeBytes)
}

function tooLarge(limitBytes: number): Refusal {
  return new Refusal(
    'manifest-too-large',
    `The manifest is larger than ${limitBytes} bytes, the most that is accepted.`,
  )
}
