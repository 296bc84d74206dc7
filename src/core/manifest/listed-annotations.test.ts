import { expect, test } from 'bun:test'
import { listedAnnotations, MOST_LISTED_BYTES } from './listed-annotations.ts'

/** `{"a":""}` around it. */
const ROOM = MOST_LISTED_BYTES - 8

test('listedAnnotations() gives annotations whole up to the limit, and none beyond it', () => {
  expect(listedAnnotations({ a: 'b' })).toEqual({ a: 'b' })
  expect(listedAnnotations({ a: 'x'.repeat(ROOM) })).toBeDefined()
  expect(listedAnnotations({ a: 'x'.repeat(ROOM + 1) })).toBeUndefined()
  expect(listedAnnotations(undefined)).toBeUndefined()
})

test('listedAnnotations() measures bytes of JSON: quotes take two, letters beyond ASCII more than one', () => {
  expect(listedAnnotations({ a: '"'.repeat(ROOM / 2) })).toBeDefined()
  expect(listedAnnotations({ a: '"'.repeat(ROOM / 2 + 1) })).toBeUndefined()
  expect(listedAnnotations({ a: 'ü'.repeat(ROOM / 2 + 1) })).toBeUndefined()
})
