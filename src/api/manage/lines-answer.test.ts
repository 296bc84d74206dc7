import { expect, test } from 'bun:test'
import { linesAnswer } from './lines-answer.ts'

const LINE = 'x'.repeat(1000)

/** Lines that say how many of them were made, and whether somebody has stopped them. */
function counted(total: number, fails = false) {
  const seen = { made: 0, isStopped: false }
  async function* make(): AsyncGenerator<string> {
    try {
      for (; seen.made < total; seen.made++) yield LINE
      if (fails) throw new Error('gone')
    } finally {
      seen.isStopped = true
    }
  }
  return { seen, lines: make() }
}

test('every line comes, each with its line feed', async () => {
  const { lines } = counted(500)
  expect(await (await linesAnswer(lines)).text()).toBe(`${LINE}\n`.repeat(500))
  expect(await (await linesAnswer(counted(0).lines)).text()).toBe('')
})

test('no more is made than is read, and who goes away stops it', async () => {
  const { seen, lines } = counted(1_000_000)
  const reader = (await linesAnswer(lines)).body?.getReader()
  await reader?.read()
  await Bun.sleep(20)
  expect(seen.made).toBeLessThan(200)
  await reader?.cancel()
  expect(seen.isStopped).toBe(true)
})

test('what fails before the first line is thrown, and what fails later breaks the answer off', async () => {
  await expect(linesAnswer(counted(0, true).lines)).rejects.toThrow('gone')
  const answer = await linesAnswer(counted(300, true).lines)
  await expect(answer.text()).rejects.toThrow('gone')
})
