import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender } from './contender.ts'
import { findProgram, freePort, startProcess, versionOf } from './start-process.ts'

/** zot, with `commit` on: as it comes it does not fsync and loses data in a power cut. */
export const zot: Contender = {
  name: 'zot',
  kind: 'registry',
  async describe() {
    const path = findProgram('zot')
    if (path === undefined) return undefined
    return `${await versionOf([path, '--version'])}, commit (fsync) on, log level error, anonymous`
  },
  async start(options) {
    const path = findProgram('zot')
    if (path === undefined) throw new Error('zot is not installed')
    const port = freePort()
    mkdirSync(options.folder, { recursive: true })
    const configuration = join(options.folder, 'config.json')
    writeFileSync(
      configuration,
      JSON.stringify({
        distSpecVersion: '1.1.1',
        storage: { rootDirectory: join(options.folder, 'data'), commit: true },
        http: { address: '127.0.0.1', port: String(port) },
        log: { level: 'error' },
      }),
    )
    return startProcess({ port, command: [path, 'serve', configuration] }, options)
  },
}
