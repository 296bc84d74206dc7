import { expect, test } from 'bun:test'
import { checkAddedResourceTags, checkResourceTagKey, checkResourceTags } from './resource-tags.ts'

const tags = (count: number) => Array.from({ length: count }, (_, index) => ({ key: `k${index}`, value: 'v' }))

test('50 tags with the longest keys and values are legal', () => {
  checkResourceTags(tags(50))
  checkResourceTags([{ key: 'k'.repeat(128), value: 'v'.repeat(256) }])
  checkResourceTags([{ key: 'k', value: '' }])
})

test('more, longer, empty, reserved or repeated ones are not', () => {
  expect(() => checkResourceTags(tags(51))).toThrow(expect.objectContaining({ reason: 'resource-tags-too-many' }))
  const invalid = expect.objectContaining({ reason: 'resource-tag-invalid' })
  for (const key of ['', 'k'.repeat(129), 'aws:x', 'AWS:x']) expect(() => checkResourceTagKey(key)).toThrow(invalid)
  expect(() => checkResourceTags([{ key: 'k', value: 'v'.repeat(257) }])).toThrow(invalid)
  expect(() => checkResourceTags([...tags(1), ...tags(1)])).toThrow(invalid)
})

test('keys that conditions take for one are one: neither two at once, nor one beside another that is there', () => {
  const invalid = expect.objectContaining({ reason: 'resource-tag-invalid' })
  const tag = (key: string) => ({ key, value: 'v' })
  // The last is the sign of kelvins.
  for (const other of ['TEAM-K', 'Team-k', 'team-\u212a']) {
    expect(() => checkResourceTags([tag('team-k'), tag(other)])).toThrow(invalid)
    expect(() => checkAddedResourceTags([tag('team-k')], [tag(other)])).toThrow(invalid)
  }
  checkAddedResourceTags([tag('team-k'), tag('other')], [tag('team-k'), tag('third')])
})
