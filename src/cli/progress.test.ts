import { expect, test } from 'bun:test'
import { Progress } from './progress.ts'

function start({ isTerminal = false, isQuiet = false } = {}) {
  const told: string[] = []
  const clock = { ms: 0 }
  const tell = (text: string) => told.push(text)
  return { told, clock, progress: new Progress({ tell, isTerminal, isQuiet, nowMs: () => clock.ms }) }
}

test('without a terminal there is a plain line every five seconds, and none for what is quick', () => {
  const { told, clock, progress } = start()
  for (let done = 0; done <= 110; done++) {
    progress.show({ what: 'applying', done, total: 110 })
    clock.ms += 100
  }
  progress[Symbol.dispose]()
  expect(told).toEqual(['applying: 50 of 110\n', 'applying: 100 of 110\n'])
})

test('on a terminal a bar is written over, and taken away at the end', () => {
  const { told, clock, progress } = start({ isTerminal: true })
  progress.show({ what: 'applying', done: 0, total: 4 })
  clock.ms = 100
  progress.show({ what: 'applying', done: 1, total: 4 })
  clock.ms = 150
  progress.show({ what: 'applying', done: 2, total: 4 })
  clock.ms = 300
  progress.show({ what: 'reading', done: 1000 })
  clock.ms = 500
  progress.show({ what: 'making the plan' })
  progress[Symbol.dispose]()
  expect(told).toEqual([
    `\r\u001b[K[${'#'.repeat(6)}${'-'.repeat(18)}] 25% applying: 1 of 4`,
    '\r\u001b[Kreading: 1000',
    '\r\u001b[Kmaking the plan …',
    '\r\u001b[K',
  ])
})

test('more than all of it is a full bar', () => {
  const { told, clock, progress } = start({ isTerminal: true })
  clock.ms = 1000
  progress.show({ what: 'applying', done: 5, total: 4 })
  expect(told).toEqual([`\r\u001b[K[${'#'.repeat(24)}] 100% applying: 5 of 4`])
})

test('with --quiet nothing is said, and there is nothing to take away', () => {
  const { told, clock, progress } = start({ isTerminal: true, isQuiet: true })
  clock.ms = 60_000
  progress.show({ what: 'applying', done: 1, total: 4 })
  progress[Symbol.dispose]()
  expect(told).toEqual([])
})
