import { parseArgs } from 'node:util'

export interface Options {
  readonly only: readonly string[]
  readonly servers: readonly string[]
  readonly quick: boolean
  readonly pinned: boolean
  readonly rounds: number | undefined
  readonly folder: string | undefined
  readonly list: boolean
}

export const USAGE = `npm run bench -- [options]
  --only a,b       these workloads, or all whose names begin so (--list names them)
  --servers a,b    these servers of those that are installed: lading, distribution, docker-registry, zot, nginx
  --quick          a minute in all, to see that it works; writes no docs/benchmarks.md
  --rounds n       rounds per workload (3)
  --unpinned       do not keep the server on processor 0 and the load on processor 1
  --folder path    where the servers keep their data (a new folder in the system's one for temporary files)
  --list           name the workloads and stop`

/** @throws {TypeError} an unknown option */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: '' },
      servers: { type: 'string', default: '' },
      quick: { type: 'boolean', default: false },
      unpinned: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      folder: { type: 'string' },
      list: { type: 'boolean', default: false },
    },
  })
  const names = (text: string) => text.split(',').filter(Boolean)
  return {
    only: names(values.only),
    servers: names(values.servers),
    quick: values.quick,
    pinned: !values.unpinned,
    rounds: values.rounds === undefined ? undefined : Number(values.rounds),
    folder: values.folder,
    list: values.list,
  }
}
