import { MANAGE_HEADERS } from './errors.ts'

const CHUNK_CHARACTERS = 64 * 1024

/**
 * An answer that is made while it is read, and no faster: no more of it is in memory than a chunk and what its lines are
 * read from. One that fails in between ends without its end, which no client takes for a whole one.
 *
 * @throws what making the first line throws
 */
export async function linesAnswer(lines: AsyncIterator<string>): Promise<Response> {
  let next: IteratorResult<string> | undefined = await lines.next()
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    let text = ''
    while (text.length < CHUNK_CHARACTERS) {
      const line: IteratorResult<string> = next ?? (await lines.next())
      next = undefined
      if (line.done === true) {
        next = line
        break
      }
      text += `${line.value}\n`
    }
    if (text !== '') controller.enqueue(Buffer.from(text))
    else controller.close()
  }
  const cancel = async () => {
    await lines.return?.()
  }
  const headers = { ...MANAGE_HEADERS, 'Content-Type': 'application/jsonl; charset=utf-8' }
  return new Response(new ReadableStream({ pull, cancel }, { highWaterMark: 0 }), { headers })
}
