import type { ByteRange } from './parse-range.ts'

export interface MultipartFraming {
  /** Of the whole answer. */
  readonly contentType: string
  readonly contentLengthBytes: number
  /** What goes before the bytes of each range, in their order. ASCII. */
  readonly partHeaders: readonly string[]
  /** What goes after the last. ASCII. */
  readonly end: string
}

/**
 * The frame of a 206 with several ranges (RFC 9110 section 14.6): all but the bytes themselves.
 *
 * @param options.boundary up to 70 letters, digits and dashes that nobody can guess, so that no blob holds it
 * @param options.contentType of the representation that the ranges are of
 */
export function multipartByteranges(
  ranges: readonly ByteRange[],
  options: { readonly sizeBytes: number; readonly boundary: string; readonly contentType: string },
): MultipartFraming {
  const { sizeBytes, boundary, contentType } = options
  const partHeaders = ranges.map(
    ({ start, end }, index) =>
      `${index === 0 ? '' : '\r\n'}--${boundary}\r\nContent-Type: ${contentType}\r\n` +
      `Content-Range: bytes ${start}-${end}/${sizeBytes}\r\n\r\n`,
  )
  const end = `\r\n--${boundary}--\r\n`
  let contentLengthBytes = end.length
  for (const header of partHeaders) contentLengthBytes += header.length
  for (const range of ranges) contentLengthBytes += range.end - range.start + 1
  return { contentType: `multipart/byteranges; boundary=${boundary}`, contentLengthBytes, partHeaders, end }
}
