import { expect, test } from 'bun:test'
import { Keepers } from './keepers.ts'

/** Keepers that note what they begin and what they let go. */
function noting() {
  const notes: string[] = []
  const keepers = new Keepers(async ({ name, roleArn }, signal) => {
    notes.push(`begin ${name} ${roleArn}`)
    const { promise, resolve } = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => resolve())
    await promise
    notes.push(`end ${name} ${roleArn}`)
  })
  return { keepers, notes }
}

test('a namespace is begun once, begun anew when its role changes, and let go when it is gone', async () => {
  const { keepers, notes } = noting()
  keepers.keepOnly([{ name: 'a', roleArn: undefined }])
  keepers.keepOnly([
    { name: 'a', roleArn: undefined },
    { name: 'b', roleArn: 'one' },
  ])
  keepers.keepOnly([{ name: 'b', roleArn: 'two' }])
  await Bun.sleep(0)
  expect(notes).toEqual(['begin a undefined', 'begin b one', 'begin b two', 'end a undefined', 'end b one'])
  await keepers.stop()
  expect(notes.at(-1)).toBe('end b two')
})
