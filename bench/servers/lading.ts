import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender } from './contender.ts'
import { freePort, startProcess } from './start-process.ts'

const ROOT = join(import.meta.dir, '../..')
const ENTRY = 'src/main/lading.ts'

/** The access key that the benchmark's server is started with; it lives as long as the run and listens on loopback only. */
export const BENCH_KEY = {
  accessKeyId: 'AKIABENCHBENCHBENCH0',
  secretAccessKey: 'bench-secret-of-forty-characters-0123456',
}

export const lading: Contender = {
  name: 'lading',
  kind: 'ours',
  async describe() {
    if (!existsSync(join(ROOT, ENTRY))) return undefined
    return `this tree on Bun ${Bun.version}, SQLite with synchronous=FULL, every request authenticated with Basic and logged`
  },
  async start(options) {
    const port = freePort()
    return startProcess(
      {
        port,
        command: [join(ROOT, 'node_modules/.bin/bun'), '--max-http-header-size=65536', ENTRY, 'serve'],
        environment: {
          LADING_LISTEN: `127.0.0.1:${port}`,
          LADING_DATA: join(options.folder, 'data'),
          LADING_ROOT_ACCESS_KEY_ID: BENCH_KEY.accessKeyId,
          LADING_ROOT_SECRET_ACCESS_KEY: BENCH_KEY.secretAccessKey,
          LADING_CREATE_ON_PUSH: 'true',
          LADING_LOG_LEVEL: 'info',
        },
        authorization: `Basic ${btoa(`${BENCH_KEY.accessKeyId}:${BENCH_KEY.secretAccessKey}`)}`,
      },
      options,
    )
  },
}
