import { expect, test } from 'bun:test'
import { formatUploadUuid, parseUploadUuid } from './upload-id.ts'

test('an upload id is a UUID in the API and comes back the same', () => {
  const id = '0123456789abcdef0123456789abcdef'
  const uuid = formatUploadUuid(id)
  expect(uuid).toBe('01234567-89ab-cdef-0123-456789abcdef')
  expect(parseUploadUuid(uuid)).toBe(id)
  expect(parseUploadUuid(uuid.toUpperCase())).toBe(id)
})

test('other text is no upload id', () => {
  for (const text of [
    '',
    '0123456789abcdef0123456789abcdef',
    '../../etc/passwd',
    '01234567-89ab-cdef-0123-456789abcdeg',
  ]) {
    expect(parseUploadUuid(text)).toBeUndefined()
  }
})
