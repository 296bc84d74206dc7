import { expect, test } from 'bun:test'
import { Inputs } from './inputs.ts'
import { parseForm } from './parameters.ts'

const read = (form: string) => new Inputs(parseForm(Buffer.from(form)))
const failed = 'failed to satisfy constraint: Member must'
const COUNT = { min: 0, max: 3 }

test('texts, numbers, flags and choices', () => {
  const inputs = read('UserName=a%2Bb+c&Max=12&Flag=true&Status=Active&Empty=')
  expect(inputs.text('UserName')).toBe('a+b c')
  expect(inputs.integer('Max', { min: 1, max: 12 })).toBe(12)
  expect(inputs.flag('Flag')).toBe(true)
  expect(inputs.choice('Status', ['Active', 'Inactive'])).toBe('Active')
  expect(inputs.text('Empty')).toBe('')
  expect(inputs.text('None')).toBeUndefined()
})

test('lists of texts and of structures', () => {
  const inputs = read('N.member.2=b&N.member.1=a&Tags.member.1.Key=k&Tags.member.1.Value=v&Empty=')
  expect(inputs.texts('N', COUNT)).toEqual(['a', 'b'])
  const [tag] = inputs.structures<'Key' | 'Value'>('Tags', COUNT) ?? []
  expect([tag?.text('Key'), tag?.text('Value')]).toEqual(['k', 'v'])
  expect(inputs.texts('Empty', COUNT)).toEqual([])
  expect(inputs.structures('None', COUNT)).toBeUndefined()
})

const WRONG: readonly [form: string, use: (inputs: Inputs) => unknown, message: string][] = [
  ['', (i) => i.requiredText('UserName'), `Value null at 'userName' ${failed} not be null`],
  ['A=', (i) => i.text('A', { min: 1 }), `Value '' at 'a' ${failed} have length greater than or equal to 1`],
  ['A=abc', (i) => i.text('A', { max: 2 }), `Value 'abc' at 'a' ${failed} have length less than or equal to 2`],
  ['A=a', (i) => i.text('A', { pattern: /^b$/ }), `Value 'a' at 'a' ${failed} satisfy regular expression pattern: ^b$`],
  ['A=a', (i) => i.text('A', { pattern: /^b$/, isSecret: true }), `Value '…' at 'a' ${failed} satisfy regular`],
  ['A=%00', (i) => i.text('A'), `Value '\ufffd' at 'a' ${failed} be well-formed Unicode without NUL`],
  ['A.b=1', (i) => i.text('A'), `Value null at 'a' ${failed} be a string`],
  ['A=1e3', (i) => i.integer('A', { min: 1, max: 9 }), `Value '1e3' at 'a' ${failed} be an integer`],
  ['A=', (i) => i.integer('A', { min: 0, max: 9 }), `Value '' at 'a' ${failed} be an integer`],
  ['A=0', (i) => i.integer('A', { min: 1, max: 9 }), `${failed} have value greater than or equal to 1`],
  ['A=10', (i) => i.integer('A', { min: 1, max: 9 }), `${failed} have value less than or equal to 9`],
  ['A=yes', (i) => i.flag('A'), `Value 'yes' at 'a' ${failed} be a boolean`],
  ['A=c', (i) => i.choice('A', ['a', 'b']), `${failed} satisfy enum value set: [a, b]`],
  ['A=x', (i) => i.texts('A', COUNT), `Value 'x' at 'a' ${failed} be a list`],
  ['A.entry.1=x', (i) => i.texts('A', COUNT), `at 'a' ${failed} be a list`],
  ['A.member=x', (i) => i.texts('A', COUNT), `at 'a' ${failed} be a list`],
  ['A.member.1=x&A.b=c', (i) => i.texts('A', COUNT), `at 'a' ${failed} be a list`],
  ['A.member.0=x', (i) => i.texts('A', COUNT), `at 'a' ${failed} be a list`],
  ['A.member.2=x', (i) => i.texts('A', COUNT), `at 'a' ${failed} be a list`],
  ['A.member.1=x&A.member.01=x', (i) => i.texts('A', COUNT), `at 'a' ${failed} be a list`],
  ['A.member.1=x&A.member.999999999=x', (i) => i.texts('A', COUNT), `at 'a' ${failed} be a list`],
  ['A.member.1=x', (i) => i.texts('A', { min: 2, max: 3 }), `${failed} have length greater than or equal to 2`],
  ['A.member.1=x&A.member.2=x', (i) => i.texts('A', { min: 0, max: 1 }), `${failed} have length less than or equal`],
  ['A.member.1=xy', (i) => i.texts('A', COUNT, { max: 1 }), `Value 'xy' at 'a.1.member' ${failed} have length`],
  ['A.member.1=x', (i) => i.structures('A', COUNT), `Value 'x' at 'a.1.member' ${failed} be a structure`],
  [
    'T.member.1.Key=k',
    (i) => i.structures('T', COUNT)?.[0]?.requiredText('Value'),
    `null at 't.1.member.value' ${failed}`,
  ],
]

test.each(WRONG)('%s is refused', (form, use, message) => {
  expect(() => use(read(form))).toThrow(expect.objectContaining({ reason: 'parameter-invalid' }))
  expect(() => use(read(form))).toThrow(message)
})

test('a message shows only the beginning of a long value', () => {
  expect(() => read(`A=${'x'.repeat(10_000)}`).text('A', { max: 2 })).toThrow(`Value '${'x'.repeat(256)}…' at`)
})
