import { expect, test } from 'bun:test'
import { Fields } from './fields.ts'

const fields = (members: Record<string, unknown>) => new Fields(members)
const grammar = (member: string, constraint: string) =>
  `Invalid parameter at '${member}' failed to satisfy constraint: '${constraint}'`

function messageOf(read: () => unknown): string {
  try {
    return `accepted: ${JSON.stringify(read())}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

test('null and absent members are the same, and so are those that only the prototype has', () => {
  const read = fields({ a: null })
  for (const name of ['a', 'b', 'toString', '__proto__']) expect(read.text(name)).toBeUndefined()
  expect(messageOf(() => read.requiredText('a'))).toBe(grammar('a', 'Member must not be null'))
})

test('text: type, length and pattern, in the grammar of ECR', () => {
  const read = fields({ n: 1, short: 'a', long: 'abcd', ok: 'abc' })
  const bounds = { min: 2, max: 3, pattern: /^[a-c]+$/ }
  expect(read.text('ok', bounds)).toBe('abc')
  expect(messageOf(() => read.text('n'))).toBe(grammar('n', 'Member must be a string'))
  expect(messageOf(() => read.text('short', bounds))).toBe(
    grammar('short', 'Member must have length greater than or equal to 2'),
  )
  expect(messageOf(() => read.text('long', bounds))).toBe(
    grammar('long', 'Member must have length less than or equal to 3'),
  )
  expect(messageOf(() => read.text('ok', { pattern: /^x$/ }))).toBe(
    grammar('ok', "must satisfy regular expression '^x$'"),
  )
})

test('integers, as AWS words it: a page of 1001 is refused, not cut', () => {
  const bounds = { min: 1, max: 1000 }
  const constraint = (value: unknown) => messageOf(() => fields({ maxResults: value }).integer('maxResults', bounds))
  expect(constraint(1000)).toBe('accepted: 1000')
  expect(constraint(1001)).toBe(grammar('maxResults', 'Member must have value less than or equal to 1000'))
  expect(constraint(0)).toBe(grammar('maxResults', 'Member must have value greater than or equal to 1'))
  for (const value of [1.5, '5', 1e300, true, []]) {
    expect(constraint(value)).toBe(grammar('maxResults', 'Member must be an integer'))
  }
})

test('choices, flags, lists and objects', () => {
  const read = fields({ mode: 'B', flag: 'true', list: [1], empty: [], object: [], nested: [{ tag: 5 }] })
  expect(messageOf(() => read.choice('mode', ['A', 'C']))).toBe(
    grammar('mode', 'Member must satisfy enum value set: [A, C]'),
  )
  expect(messageOf(() => read.flag('flag'))).toBe(grammar('flag', 'Member must be a boolean'))
  expect(messageOf(() => read.texts('list', { min: 0, max: 5 }))).toBe(grammar('list[0]', 'Member must be a string'))
  expect(messageOf(() => read.texts('empty', { min: 1, max: 5 }))).toContain('greater than or equal to 1')
  expect(messageOf(() => read.texts('list', { min: 0, max: 0 }))).toContain('less than or equal to 0')
  expect(messageOf(() => read.texts('mode', { min: 0, max: 5 }))).toBe(grammar('mode', 'Member must be a list'))
  expect(messageOf(() => read.object('object'))).toBe(grammar('object', 'Member must be an object'))
  const [first] = read.objects('nested', { min: 1, max: 5 }) ?? []
  expect(messageOf(() => first?.text('tag'))).toBe(grammar('nested[0].tag', 'Member must be a string'))
})
