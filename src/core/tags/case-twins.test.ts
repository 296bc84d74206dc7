import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { CaseTwins } from './case-twins.ts'

function twinsOf(names: readonly string[]): CaseTwins {
  const twins = new CaseTwins()
  for (const name of names) twins.note(name)
  for (const name of names) twins.keep(name)
  return twins
}

test('names that differ in case alone are found together, in any number', () => {
  const twins = twinsOf(['latest', 'v1', 'V1', 'Latest', 'LATEST', 'v2'])
  expect([twins.mayHaveAny, twins.isComplete, twins.groups()]).toEqual([
    true,
    true,
    [
      ['latest', 'Latest', 'LATEST'],
      ['v1', 'V1'],
    ],
  ])
})

test('where there are none, nobody has to look twice', () => {
  expect(twinsOf(['latest', 'v1', 'v2']).mayHaveAny).toBe(false)
})

test('exactly those are found that a look at each pair finds', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[abAB]{1,3}$/)), (names) => {
      const isTwin = (name: string) =>
        names.some((other) => other !== name && other.toLowerCase() === name.toLowerCase())
      expect(twinsOf(names).groups().flat().toSorted()).toEqual(names.filter(isTwin).toSorted())
    }),
  )
})

test('very many of them are not all kept, and that is said', () => {
  const names = Array.from({ length: 25_000 }, (_, index) => [`a${index}`, `A${index}`]).flat()
  const twins = twinsOf(names)
  expect([twins.groups().length, twins.isComplete]).toEqual([20_000, false])
})
