import { expect, test } from 'bun:test'
import { buildLinksOf } from './build-links.ts'

const URL_NAME = 'org.opencontainers.image.url'
const SOURCE = 'org.opencontainers.image.source'
const REVISION = 'org.opencontainers.image.revision'

test('links are read from the usual annotations', () => {
  const annotations = {
    [URL_NAME]: 'https://ci.example.com/7',
    [SOURCE]: 'https://git.example.com/a',
    [REVISION]: 'r7',
  }
  expect(buildLinksOf(annotations)).toEqual({
    address: 'https://ci.example.com/7',
    source: 'https://git.example.com/a',
    revision: 'r7',
  })
  expect(buildLinksOf({ [REVISION]: 'r7' })).toEqual({ revision: 'r7' })
  expect(buildLinksOf(undefined)).toEqual({})
})

test('names that rules give come before the usual ones', () => {
  const annotations = { [URL_NAME]: 'https://example.com', 'x.build': 'https://ci.example.com/7', 'x.rev': 'r7' }
  const names = { address: ['x.none', 'x.build'], revision: ['x.rev'] }
  expect(buildLinksOf(annotations, names)).toEqual({ address: 'https://ci.example.com/7', revision: 'r7' })
})

test.each([
  'ci.example.com',
  'javascript:alert(1)',
  'data:text/html,x',
  'ssh://git@example.com/a',
  `https://example.com/${'a'.repeat(2048)}`,
  'https://example.com/\0',
  '',
])('%j is no link to show', (text) => {
  expect(buildLinksOf({ [URL_NAME]: text, [SOURCE]: text })).toEqual({})
})

test('one that is no link does not hide another', () => {
  expect(
    buildLinksOf({ 'x.build': 'none', [URL_NAME]: 'https://a.example.com' }, { address: ['x.build'], revision: [] }),
  ).toEqual({ address: 'https://a.example.com' })
})
