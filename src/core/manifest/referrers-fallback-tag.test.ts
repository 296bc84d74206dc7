import { expect, test } from 'bun:test'
import { referrersFallbackTag } from './referrers-fallback-tag.ts'

// distribution-spec, "Referrers Tag Schema": the examples of its text, and the longest and oddest of its grammar.
test.each([
  ['sha256:'.padEnd(71, 'a'), 'sha256-'.padEnd(71, 'a')],
  ['sha512:'.padEnd(135, 'a'), 'sha512-'.padEnd(71, 'a')],
  [
    'test+algorithm+using+algorithm+separators+and+lots+of+characters+to+excercise+overflow:alsoSome=InTheEncodedSectionToShowHyphenReplacementAndLotsAndLotsOfCharactersToExerciseEncodedOverflow',
    'test-algorithm-using-algorithm-s-alsoSome-InTheEncodedSectionToShowHyphenReplacementAndLotsAndLot',
  ],
])('referrersFallbackTag(%s)', (digest, expected) => {
  expect(String(referrersFallbackTag(digest))).toBe(expected)
})
