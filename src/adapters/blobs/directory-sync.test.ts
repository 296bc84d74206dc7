import { expect, test } from 'bun:test'
import { DirectorySync } from './directory-sync.ts'

/** A sync that the test ends by hand, and that remembers in what order things began and ended. */
function byHand() {
  const log: string[] = []
  const waiting: { resolve: () => void; reject: (error: unknown) => void }[] = []
  const directorySync = new DirectorySync((directory) => {
    log.push(`begin ${directory}`)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    waiting.push({ resolve, reject })
    return promise
  })
  return { directorySync, log, waiting, end: () => waiting.shift()?.resolve() }
}

test('whoever comes while a sync runs is covered by one that begins afterwards, shared by all of them', async () => {
  const { directorySync, log, end } = byHand()
  const first = directorySync.sync('a')
  const later = [directorySync.sync('a'), directorySync.sync('a'), directorySync.sync('a')]
  let laterDone = false
  Promise.all(later).then(() => {
    laterDone = true
  })
  end()
  await first
  await Bun.sleep(1)
  expect(log).toEqual(['begin a', 'begin a'])
  expect(laterDone).toBe(false)
  end()
  await Promise.all(later)
})

test('whoever comes while the second runs gets a third', async () => {
  const { directorySync, log, end } = byHand()
  const all = [directorySync.sync('a'), directorySync.sync('a')]
  end()
  await Bun.sleep(1)
  all.push(directorySync.sync('a'))
  end()
  await Bun.sleep(1)
  expect(log).toHaveLength(3)
  end()
  await Promise.all(all)
  directorySync.sync('a')
  expect(log).toHaveLength(4)
})

test('directories do not wait for each other', () => {
  const { directorySync, log } = byHand()
  directorySync.sync('a')
  directorySync.sync('b')
  expect(log).toEqual(['begin a', 'begin b'])
})

test('a failed sync fails those who waited for it and nobody else', async () => {
  const { directorySync, waiting, end } = byHand()
  const outcomes = Promise.allSettled([directorySync.sync('a'), directorySync.sync('a')])
  waiting.shift()?.reject(new Error('disk'))
  await Bun.sleep(1)
  end()
  expect((await outcomes).map((outcome) => outcome.status)).toEqual(['rejected', 'fulfilled'])
})
