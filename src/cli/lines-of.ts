const LINE_FEED = 10
/** Longer than any line of an export. What is longer is cut, and then it is none. */
const LONGEST_LINE = 2 * 1024 * 1024
/** Stands for what is not UTF-8, and is no JSON either. */
const NOT_UTF8 = '(not UTF-8)'

/** The lines of a file, without their line feeds, as they stand there: no other end of a line counts, no byte is mended. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const decode = (bytes: Uint8Array): string => {
    try {
      return decoder.decode(bytes)
    } catch {
      return NOT_UTF8
    }
  }
  let begun: Uint8Array[] = []
  let begunBytes = 0
  const begin = (bytes: Uint8Array) => {
    const kept = bytes.subarray(0, LONGEST_LINE - begunBytes)
    // What a stream gives may be written over by what it gives next.
    if (kept.byteLength > 0) begun.push(Uint8Array.from(kept))
    begunBytes += kept.byteLength
  }
  for await (const chunk of chunks) {
    let from = 0
    for (let to = chunk.indexOf(LINE_FEED); to !== -1; to = chunk.indexOf(LINE_FEED, from)) {
      begin(chunk.subarray(from, to))
      yield decode(Buffer.concat(begun))
      begun = []
      begunBytes = 0
      from = to + 1
    }
    begin(chunk.subarray(from))
  }
  if (begunBytes > 0) yield decode(Buffer.concat(begun))
}
