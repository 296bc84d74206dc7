import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Contender, StartOptions } from './contender.ts'
import { findProgram, freePort, startProcess, versionOf } from './start-process.ts'

/** distribution and Debian's older docker-registry: one code base, one configuration, access log off, no authorization. */
function contender(name: string, program: string): Contender {
  return {
    name,
    kind: 'registry',
    async describe() {
      const path = findProgram(program)
      if (path === undefined) return undefined
      const version = (await versionOf([path, '--version'])).split(' ').at(-1)
      return `${version}, filesystem driver, in-memory descriptor cache, access log off, anonymous`
    },
    async start(options) {
      const path = findProgram(program)
      if (path === undefined) throw new Error(`${program} is not installed`)
      const port = freePort()
      const command = [path, 'serve', writeConfiguration(options, port)]
      return startProcess({ port, command, environment: { OTEL_TRACES_EXPORTER: 'none' } }, options)
    },
  }
}

function writeConfiguration(options: StartOptions, port: number): string {
  mkdirSync(options.folder, { recursive: true })
  const path = join(options.folder, 'config.yml')
  const configuration = {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: {
      cache: { blobdescriptor: 'inmemory' },
      filesystem: { rootdirectory: join(options.folder, 'data') },
      delete: { enabled: true },
    },
    http: { addr: `127.0.0.1:${port}` },
  }
  writeFileSync(path, JSON.stringify(configuration)) // JSON is YAML
  return path
}

export const distribution = contender('distribution', 'registry')
export const dockerRegistry = contender('docker-registry', 'docker-registry')
