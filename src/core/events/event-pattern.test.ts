import { describe, expect, test } from 'bun:test'
import { refusalOf } from '../../../test/support/refusal-of.ts'
import type { JsonObject } from '../strict-json.ts'
import { compileEventPattern } from './event-pattern.ts'

const matches = (pattern: object, event: JsonObject) => compileEventPattern(JSON.stringify(pattern)).matches(event)

/** "Comparison operators for use in event patterns" and "Creating Amazon EventBridge event patterns", read 2026-11-27. */
const DOCUMENTED: readonly (readonly [
  what: string,
  pattern: object,
  fits: readonly JsonObject[],
  not: readonly JsonObject[],
])[] = [
  [
    'and',
    { Location: ['New York'], Day: ['Monday'] },
    [{ Location: 'New York', Day: 'Monday', More: 1 }],
    [{ Location: 'New York' }, { Location: 'New York', Day: 'Tuesday' }, {}],
  ],
  [
    'anything-but',
    { state: [{ 'anything-but': 'initializing' }] },
    [{ state: 'running' }, { state: 5 }, { state: null }],
    [{ state: 'initializing' }, {}],
  ],
  ['anything-but a number', { limit: [{ 'anything-but': 123 }] }, [{ limit: 122 }], [{ limit: 123 }]],
  [
    'anything-but a list',
    { state: [{ 'anything-but': ['stopped', 'overloaded'] }] },
    [{ state: 'running' }],
    [{ state: 'stopped' }, { state: 'overloaded' }],
  ],
  [
    'anything-but a list of numbers',
    { limit: [{ 'anything-but': [100, 200, 300] }] },
    [{ limit: 150 }],
    [{ limit: 200 }, { limit: 300 }],
  ],
  [
    'anything-but a prefix',
    { Region: [{ 'anything-but': { prefix: 'us-' } }] },
    [{ Region: 'eu-west-1' }],
    [{ Region: 'us-east-1' }],
  ],
  [
    'anything-but prefixes',
    { state: [{ 'anything-but': { prefix: ['init', 'error'] } }] },
    [{ state: 'running' }],
    [{ state: 'initializing' }, { state: 'errored' }],
  ],
  [
    'anything-but a suffix',
    { FileName: [{ 'anything-but': { suffix: '.png' } }] },
    [{ FileName: 'a.jpg' }],
    [{ FileName: 'a.png' }],
  ],
  [
    'anything-but, ignoring case',
    { state: [{ 'anything-but': { 'equals-ignore-case': ['initializing', 'stopped'] } }] },
    [{ state: 'running' }],
    [{ state: 'INITIALIZING' }, { state: 'Stopped' }],
  ],
  [
    'anything-but a wildcard',
    { FilePath: [{ 'anything-but': { wildcard: '*/lib/*' } }] },
    [{ FilePath: 'a/bin/b' }],
    [{ FilePath: 'a/lib/b' }],
  ],
  [
    'anything-but wildcards',
    { FilePath: [{ 'anything-but': { wildcard: ['*/lib/*', '*/bin/*'] } }] },
    [{ FilePath: 'a/etc/b' }],
    [{ FilePath: 'a/lib/b' }, { FilePath: 'a/bin/b' }],
  ],
  ['begins with', { time: [{ prefix: '2017-10-02' }] }, [{ time: '2017-10-02T18:43:48Z' }], [{ time: '2017-10-03' }]],
  [
    'begins with, ignoring case',
    { service: [{ prefix: { 'equals-ignore-case': 'eventb' } }] },
    [{ service: 'EventBridge' }, { service: 'EVENTBRIDGE' }],
    [{ service: 'ec2' }],
  ],
  ['empty', { LastName: [''] }, [{ LastName: '' }], [{ LastName: 'a' }, { LastName: null }, {}]],
  ['equals', { Name: ['Alice'] }, [{ Name: 'Alice' }], [{ Name: 'alice' }]],
  ['equals, ignoring case', { Name: [{ 'equals-ignore-case': 'alice' }] }, [{ Name: 'ALICE' }], [{ Name: 'Al' }]],
  ['ends with', { FileName: [{ suffix: '.png' }] }, [{ FileName: 'a.png' }], [{ FileName: 'a.PNG' }]],
  [
    'ends with, ignoring case',
    { service: [{ suffix: { 'equals-ignore-case': 'tBridge' } }] },
    [{ service: 'EVENTBRIDGE' }],
    [{ service: 'bridges' }],
  ],
  [
    'exists',
    { ProductName: [{ exists: true }] },
    [{ ProductName: 'a' }, { ProductName: null }],
    [{}, { ProductName: {} }],
  ],
  ['does not exist', { ProductName: [{ exists: false }] }, [{}, { ProductName: [] }], [{ ProductName: 'a' }]],
  [
    'exists only at leaves',
    { detail: { 'c-count': [{ exists: false }] } },
    [{}, { detail: { state: 'x' } }],
    [{ detail: { 'c-count': 5 } }],
  ],
  ['null', { UserID: [null] }, [{ UserID: null }], [{}, { UserID: 'null' }]],
  [
    'a number',
    { Price: [{ numeric: ['=', 100] }] },
    [{ Price: 100 }, { Price: 1e2 }],
    [{ Price: 101 }, { Price: '100' }],
  ],
  [
    'a range',
    { Price: [{ numeric: ['>', 10, '<=', 20] }] },
    [{ Price: 10.5 }, { Price: 20 }],
    [{ Price: 10 }, { Price: 20.1 }],
  ],
  ['a bound', { 'd-count': [{ numeric: ['<', 10] }] }, [{ 'd-count': -5e9 }], [{ 'd-count': 10 }]],
  ['or', { PaymentType: ['Credit', 'Debit'] }, [{ PaymentType: 'Debit' }], [{ PaymentType: 'Cash' }]],
  [
    'or over members',
    { $or: [{ Location: ['New York'] }, { Day: ['Monday'] }] },
    [{ Location: 'New York' }, { Day: 'Monday' }],
    [{ Location: 'Rome', Day: 'Friday' }, {}],
  ],
  [
    'or in the midst',
    {
      source: ['aws.ec2'],
      detail: { $or: [{ 'c-count': [{ numeric: ['>', 0, '<=', 5] }] }, { 'd-count': [{ numeric: ['<', 10] }] }] },
    },
    [
      { source: 'aws.ec2', detail: { 'c-count': 3 } },
      { source: 'aws.ec2', detail: { 'd-count': 9 } },
    ],
    [{ source: 'aws.ec2', detail: { 'c-count': 6 } }, { detail: { 'd-count': 9 } }],
  ],
  [
    'wildcard',
    { FileName: [{ wildcard: 'dir/*.png' }] },
    [{ FileName: 'dir/a/b.png' }, { FileName: 'dir/.png' }],
    [{ FileName: 'dir.png' }],
  ],
  [
    'wildcards in the midst',
    { EventBusArn: [{ wildcard: 'arn:*:event-bus/*' }] },
    [{ EventBusArn: 'arn:aws:events:us-east-1:1:event-bus/x' }],
    [{ EventBusArn: 'arn:aws:sqs:x' }],
  ],
  ['wildcard with a star', { a: [{ wildcard: 'a\\*b\\\\*' }] }, [{ a: 'a*b\\c' }], [{ a: 'axb\\c' }, { a: 'a*bc' }]],
  [
    'cidr',
    { 'source-ip': [{ cidr: '10.0.0.0/24' }] },
    [{ 'source-ip': '10.0.0.77' }],
    [{ 'source-ip': '10.0.1.1' }, { 'source-ip': 'x' }],
  ],
  ['cidr of IPv6', { ip: [{ cidr: '2001:db8::/32' }] }, [{ ip: '2001:db8:1::1' }], [{ ip: '2001:db9::1' }]],
  [
    'arrays',
    { resources: ['arn:a', 'arn:b'] },
    [{ resources: ['arn:z', 'arn:b'] }],
    [{ resources: ['arn:z'] }, { resources: [] }],
  ],
  [
    'objects in arrays, all of it in one',
    { list: { a: [1], b: [2] } },
    [{ list: [{ a: 0 }, { a: 1, b: 2 }] }],
    [{ list: [{ a: 1 }, { b: 2 }] }, { list: [] }],
  ],
  [
    'the first example',
    {
      source: ['aws.ec2'],
      'detail-type': ['EC2 Instance State-change Notification'],
      detail: { state: ['terminated'] },
    },
    [
      {
        source: 'aws.ec2',
        'detail-type': 'EC2 Instance State-change Notification',
        detail: { state: 'terminated', id: 1 },
      },
    ],
    [{ source: 'aws.ec2', 'detail-type': 'EC2 Instance State-change Notification', detail: { state: 'running' } }],
  ],
  ['truth values', { a: [true, { exists: false }] }, [{ a: true }, {}], [{ a: false }, { a: 'true' }]],
  ['names that objects have', { constructor: ['a'] }, [{ constructor: 'a' }], [{}]],
]

describe('compileEventPattern(), by AWS’s documented examples', () => {
  test.each(DOCUMENTED)('%s', (_, pattern, fits, not) => {
    expect(fits.map((event) => [event, matches(pattern, event)])).toEqual(fits.map((event) => [event, true]))
    expect(not.map((event) => [event, matches(pattern, event)])).toEqual(not.map((event) => [event, false]))
  })
})

const deep = (levels: number): string => (levels === 0 ? '["x"]' : `{"a":${deep(levels - 1)}}`)

const WRONG: readonly (readonly [text: string, sentence: string])[] = [
  ['', 'must be JSON'],
  ['{"a":["x"],"a":["y"]}', 'must be JSON: the key "a" is there twice'],
  ['[]', 'must be an object with members'],
  ['{}', 'must be an object with members'],
  ['{"a":{}}', 'at a must be an object with members'],
  ['{"source":"aws.ecr"}', 'at source must be a list of what it may be, or an object with members'],
  ['{"a":[]}', 'at a must not be an empty list'],
  ['{"a":{"b":[["x"]]}}', 'at a.b[0] must be a text, a number, true, false, null, or an object with one operator'],
  ['{"a":[{"prefix":"x","suffix":"y"}]}', 'at a[0] must be a text'],
  ['{"a":[{"regex":"x"}]}', 'at a[0].regex is no operator: there are prefix, suffix'],
  ['{"a":[{"toString":"x"}]}', 'at a[0].toString is no operator'],
  ['{"a":[{"prefix":5}]}', 'at a[0].prefix must be a text, or an object with equals-ignore-case'],
  ['{"a":[{"prefix":{"suffix":"x"}}]}', 'at a[0].prefix must be a text'],
  ['{"a":[{"exists":"yes"}]}', 'at a[0].exists must be true or false'],
  ['{"a":[{"exists":true,"prefix":"x"}]}', 'at a[0] must be a text'],
  ['{"a":[{"numeric":[">"]}]}', 'at a[0].numeric must be like'],
  ['{"a":[{"numeric":[">",5e10]}]}', 'with numbers from -5e9 to 5e9'],
  ['{"a":[{"numeric":["<",5,">",0]}]}', 'at a[0].numeric must be like'],
  ['{"a":[{"numeric":[">",5,"<",5]}]}', 'must have a lower bound that is below the upper one'],
  ['{"a":[{"wildcard":"a**b"}]}', 'at a[0].wildcard must not have two * in a row'],
  ['{"a":[{"wildcard":"a\\\\b"}]}', 'where it has a backslash'],
  ['{"a":[{"cidr":"10.0.0.0/33"}]}', 'at a[0].cidr must be a range of addresses'],
  ['{"a":[{"anything-but":["x",1]}]}', 'at a[0].anything-but must be a text or a number'],
  ['{"a":[{"anything-but":{"numeric":["=",1]}}]}', 'is no operator of anything-but'],
  ['{"a":[{"anything-but":{"prefix":[]}}]}', 'at a[0].anything-but.prefix must not be an empty list'],
  ['{"$or":[{"a":["x"]}]}', 'at $or must be a list of two patterns or more'],
  ['{"$or":{"a":["x"]}}', 'at $or must be a list'],
  [deep(21), 'must not be deeper than 20 levels'],
  [`{"a":["${'x'.repeat(2048)}"]}`, 'must have at most 2048 characters'],
]

test.each(WRONG)('compileEventPattern() refuses %p', (text, sentence) => {
  const refusal = refusalOf(() => compileEventPattern(text))
  expect(refusal.reason).toBe('parameter-invalid')
  expect(refusal.message).toContain(sentence)
})

test('a pattern at its longest is matched against a long event without going back', () => {
  const pattern = compileEventPattern(JSON.stringify({ a: [{ wildcard: `${'*a'.repeat(1000)}*b` }] }))
  expect(pattern.matches({ a: 'a'.repeat(200_000) })).toBe(false)
  expect(pattern.matches({ a: `${'a'.repeat(200_000)}b` })).toBe(true)
})
