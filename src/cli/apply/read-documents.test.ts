import { expect, test } from 'bun:test'
import { readDocuments } from './read-documents.ts'

const read = (text: string) => readDocuments([{ name: 'a.yaml', text }])
const HEAD = 'apiVersion: lading/v1\nkind: Repository\nmetadata: { name: team/app }\n'

test('anchors and aliases stand for what they name, each document has its own, and comments alone are none', () => {
  const text = `# one\n---\n${HEAD}spec:\n  settings: &s { scanOnPush: true }\n---\n# nothing\n---\n${HEAD.replace('team/app', 'b/c')}spec: {}\n`
  expect(read(text).map(({ name, at }) => [name, at])).toEqual([
    ['team/app', 'a.yaml:3 (document 1)'],
    ['b/c', 'a.yaml:11 (document 3)'],
  ])
  const aliased = `${HEAD}spec:\n  tags: { a: &v x, b: *v }\n`
  expect([...(read(aliased)[0]?.parts ?? [])]).toEqual([
    ['tags.a', 'x'],
    ['tags.b', 'x'],
  ])
})

const doubling = Array.from({ length: 30 }, (_, level) => `l${level + 1}: &l${level + 1} [*l${level}, *l${level}]`)

test.each([
  ['a list of lists that repeat', `l0: &l0 x\n${doubling.join('\n')}\n`, 'there are more than 50000 values in it'],
  ['an alias of what it is in', 'a: &a [*a]', 'it is deeper than 64 levels'],
  ['an alias of nothing', 'a: *b', 'nothing before it has the anchor "b"'],
  [
    'an alias of a document before',
    `${HEAD}spec: { tags: { a: &a x } }\n--- *a`,
    'nothing before it has the anchor "a"',
  ],
  ['keys of keys of keys', '? '.repeat(20_000), 'it is indented by 200 characters or more'],
  ['maps as keys', '? { a: 1 }\n: b', 'a key must be a text'],
  ['numbers as keys', '1: b', 'a key must be a text'],
  [
    'sixty thousand keys',
    Array.from({ length: 60_000 }, (_, key) => `k${key}: 1`).join('\n'),
    'there are more than 50000',
  ],
  ['brackets without end', '['.repeat(20_000), 'a.yaml:1: '],
  ['a hundred levels', `${'['.repeat(100)}${']'.repeat(100)}`, 'it is deeper than 64 levels'],
  ['what is no number of JSON', 'a: .inf', 'expected what JSON has'],
  ['half of a character', 'a: "\\ud800"', 'expected what JSON has'],
  ['a thousand documents', '--- 1\n'.repeat(1001), 'there are more than 1000 documents in it'],
])('%s is refused', (_, text, sentence) => {
  expect(() => read(text)).toThrow(sentence)
})
