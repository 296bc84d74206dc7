import { expect, test } from 'bun:test'
import { escapeXml, xmlElements } from './xml.ts'

test('escapeXml() leaves nothing that ends an element or that XML cannot hold', () => {
  expect(escapeXml('<a b="c">&\r\u0000\u001b\ud800')).toBe('&lt;a b=&quot;c&quot;&gt;&amp;&#xD;\ufffd\ufffd\ufffd')
})

test('xmlElements() writes every kind of value as the query protocol has it', () => {
  const written = xmlElements({
    Text: 'a<b',
    Empty: '',
    Number: 3,
    Flag: false,
    Time: new Date(Date.UTC(2026, 10, 27, 1, 2, 3, 456)),
    None: undefined,
    Nested: { Inner: 'x', None: undefined },
    List: ['a', { Key: 'k' }],
    NoItems: [],
    Map: new Map([['Users', 2]]),
  })
  expect(written).toBe(
    '<Text>a&lt;b</Text><Empty></Empty><Number>3</Number><Flag>false</Flag><Time>2026-11-27T01:02:03Z</Time>' +
      '<Nested><Inner>x</Inner></Nested><List><member>a</member><member><Key>k</Key></member></List>' +
      '<NoItems></NoItems><Map><entry><key>Users</key><value>2</value></entry></Map>',
  )
})

test('xmlElements() throws for what has no form', () => {
  expect(() => xmlElements({ A: null })).toThrow(TypeError)
  expect(() => xmlElements({ A: () => 1 })).toThrow(TypeError)
})
