import { expect, test } from 'bun:test'
import { requestTagKeys } from './request-tag-keys.ts'

test('requestTagKeys() has every key in lower case, and none of an object', () => {
  expect(requestTagKeys([{ key: 'Team', value: 'Blue' }, { key: '__proto__', value: 'x' }, { key: 'Old' }])).toEqual({
    'aws:tagkeys': ['Team', '__proto__', 'Old'],
    'aws:requesttag/team': 'Blue',
    'aws:requesttag/__proto__': 'x',
  })
  expect(requestTagKeys([])).toEqual({})
})
