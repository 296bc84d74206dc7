import { expect, test } from 'bun:test'
import { Metrics } from '../adapters/metrics/metrics.ts'
import type { Log } from '../ports/log.ts'
import { Jobs } from './jobs.ts'

function makeJobs(): { jobs: Jobs; metrics: Metrics; lines: string[] } {
  const lines: string[] = []
  const log: Log = { writes: () => true, write: (level, message) => void lines.push(`${level} ${message}`) }
  const metrics = new Metrics()
  return { jobs: new Jobs(log, metrics), metrics, lines }
}

test('Jobs runs a job again and again, never twice at once, until it is stopped', async () => {
  const { jobs } = makeJobs()
  let running = 0
  let most = 0
  let runs = 0
  const run = async () => {
    running += 1
    most = Math.max(most, running)
    await Bun.sleep(15)
    running -= 1
    runs += 1
    return undefined
  }
  jobs.start({ name: 'work', intervalMs: 5, run })
  await Bun.sleep(200)
  await jobs.stop(5000)
  const ended = runs
  expect(ended).toBeGreaterThan(3)
  expect([most, running]).toEqual([1, 0])
  await Bun.sleep(50)
  expect(runs).toBe(ended)
})

test('Jobs logs and counts a failure and goes on', async () => {
  const { jobs, metrics, lines } = makeJobs()
  let runs = 0
  const run = async () => {
    runs += 1
    if (runs === 1) throw new Error('once')
    return { found: runs }
  }
  jobs.start({ name: 'work', intervalMs: 5, run })
  await Bun.sleep(60)
  await jobs.stop(5000)
  expect(lines[0]).toBe('error job failed')
  expect(lines[1]).toBe('info job done')
  expect(metrics.render()).toContain('lading_job_runs_total{job="work",outcome="failed"} 1\n')
})

test('Jobs refuses an interval that a timer cannot wait for', () => {
  const { jobs } = makeJobs()
  const run = async () => undefined
  expect(() => jobs.start({ name: 'rare', intervalMs: 30 * 86_400_000, run })).toThrow(RangeError)
})

test('stop() tells a running job to end and waits for it', async () => {
  const { jobs } = makeJobs()
  let ended = false
  const run = async (signal: AbortSignal) => {
    while (!signal.aborted) await Bun.sleep(5)
    await Bun.sleep(20)
    ended = true
    return undefined
  }
  jobs.start({ name: 'endless', intervalMs: 60_000, firstAfterMs: 0, run })
  await Bun.sleep(30)
  await jobs.stop(5000)
  expect(ended).toBe(true)
})

test('stop() does not wait for ever for a job that does not end, and says which', async () => {
  const { jobs, lines } = makeJobs()
  const run = () => new Promise<undefined>(() => {})
  jobs.start({ name: 'deaf', intervalMs: 60_000, firstAfterMs: 0, run })
  await Bun.sleep(30)
  const startedAtMs = performance.now()
  await jobs.stop(50)
  expect(performance.now() - startedAtMs).toBeLessThan(2000)
  expect(lines).toEqual(['warn jobs did not end in time'])
})

test('a job that is woken runs at once, however long its interval is, and again for what came while it ran', async () => {
  const { jobs } = makeJobs()
  let wake = () => {}
  let runs = 0
  const run = async () => {
    runs += 1
    if (runs === 1) {
      wake()
      wake()
    }
    return undefined
  }
  const wakes = (given: () => void) => {
    wake = given
  }
  jobs.start({ name: 'work', intervalMs: 3_600_000, wakes, run })
  await Bun.sleep(30)
  expect(runs).toBe(0)
  wake()
  wake()
  await Bun.sleep(200)
  expect(runs).toBe(2)
  await jobs.stop(5000)
  wake()
  await Bun.sleep(50)
  expect(runs).toBe(2)
})

test('a job that is woken all the time leaves pauses between its runs', async () => {
  const { jobs } = makeJobs()
  let wake = () => {}
  let runs = 0
  const run = async () => {
    runs += 1
    return undefined
  }
  const wakes = (given: () => void) => {
    wake = given
  }
  jobs.start({ name: 'work', intervalMs: 3_600_000, wakes, run })
  for (let waits = 0; waits < 100; waits++) {
    wake()
    await Bun.sleep(2)
  }
  expect(runs).toBeWithin(2, 40)
  await jobs.stop(5000)
})

test('stop() waits for what a run has begun and not waited for', async () => {
  const { jobs } = makeJobs()
  let ended = false
  let idle = Promise.resolve()
  const run = async (signal: AbortSignal) => {
    idle = new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        setTimeout(() => {
          ended = true
          resolve()
        }, 20)
      })
    })
    return undefined
  }
  jobs.start({ name: 'work', intervalMs: 5, firstAfterMs: 0, idle: () => idle, run })
  await Bun.sleep(20)
  await jobs.stop(5000)
  expect(ended).toBe(true)
})
