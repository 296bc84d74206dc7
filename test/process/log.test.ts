import { expect, test } from 'bun:test'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AUTHORIZATION, freshSettings, startLading } from './lading-process.ts'

const headers = { authorization: AUTHORIZATION }

test('a log that nobody reads holds up neither a request nor the stop, and its lost lines are counted', async () => {
  const pipe = join(await mkdtemp(join(tmpdir(), 'lading-log-')), 'pipe')
  expect(Bun.spawnSync(['mkfifo', pipe]).exitCode).toBe(0)
  const reader = Bun.spawn(['sh', '-c', `exec sleep 60 < ${pipe}`])
  const command = ['sh', '-c', `exec ${process.execPath} --no-env-file src/main/lading.ts serve 2>${pipe}`]
  await using lading = await startLading({ ...(await freshSettings()), LADING_LOG_LEVEL: 'debug' }, command)
  const [url] = lading.addresses
  for (let round = 0; round < 150; round++) {
    const answers = await Promise.all(
      Array.from({ length: 64 }, () =>
        fetch(`${url}/v2/${'x'.repeat(900)}`, { headers, signal: AbortSignal.timeout(5000) }),
      ),
    )
    for (const answer of answers) await answer.arrayBuffer()
  }
  const metrics = await (await fetch(`${url}/metrics`)).text()
  expect(Number(/^lading_log_lines_dropped_total (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0)
  const startedMs = performance.now()
  expect(await lading.end('SIGTERM')).toBe(0)
  expect(performance.now() - startedMs).toBeLessThan(5000)
  reader.kill()
}, 60_000)
