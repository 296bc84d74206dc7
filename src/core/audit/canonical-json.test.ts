import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { canonicalJson } from './canonical-json.ts'

test("RFC 8785's example of sorting (section 3.2.3)", () => {
  const value = {
    '\u20ac': 'Euro Sign',
    '\r': 'Carriage Return',
    '\ufb33': 'Hebrew Letter Dalet With Dagesh',
    '1': 'One',
    '\ud83d\ude00': 'Emoji: Grinning Face',
    '\u0080': 'Control',
    '\u00f6': 'Latin Small Letter O With Diaeresis',
  }
  const values = ['Carriage Return', 'One', 'Control', 'Latin Small Letter O With Diaeresis', 'Euro Sign']
  expect(Object.values(JSON.parse(canonicalJson(value)))).toEqual([
    // An integer-like key comes first in every object of ECMAScript, however it is written.
    'One',
    ...values.filter((text) => text !== 'One'),
    'Emoji: Grinning Face',
    'Hebrew Letter Dalet With Dagesh',
  ])
  expect(canonicalJson(value)).toStartWith('{"\\r":"Carriage Return","1":"One","\u0080":"Control",')
})

test("RFC 8785's example of texts and numbers (section 3.2.2)", () => {
  const value = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  }
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  )
})

test('members in any order have one spelling, and it reads back', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (object) => {
      const text = canonicalJson(object)
      expect(canonicalJson(Object.fromEntries(Object.entries(object).toReversed()))).toBe(text)
      expect(canonicalJson(JSON.parse(text))).toBe(text)
    }),
  )
})

test('what is undefined is left out; what has no spelling is refused', () => {
  expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}')
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '\ud800', { '\udfff': 1 }, 1n, () => 1, [undefined]]) {
    expect(() => canonicalJson(value)).toThrow(TypeError)
  }
})
