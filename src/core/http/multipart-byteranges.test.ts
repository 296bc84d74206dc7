import { expect, test } from 'bun:test'
import { multipartByteranges } from './multipart-byteranges.ts'

const content = '0123456789abcdef'

test('multipartByteranges() frames the example of RFC 9110 section 14.6, and counts its length', () => {
  const ranges = [
    { start: 10, end: 11 },
    { start: 0, end: 4 },
  ]
  const framing = multipartByteranges(ranges, { sizeBytes: 16, boundary: 'B', contentType: 'application/octet-stream' })
  const parts = ranges.map(({ start, end }, index) => framing.partHeaders[index] + content.slice(start, end + 1))
  const body = parts.join('') + framing.end

  expect(framing.contentType).toBe('multipart/byteranges; boundary=B')
  expect(body).toBe(
    '--B\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes 10-11/16\r\n\r\nab' +
      '\r\n--B\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes 0-4/16\r\n\r\n01234' +
      '\r\n--B--\r\n',
  )
  expect(framing.contentLengthBytes).toBe(Buffer.byteLength(body))
})
