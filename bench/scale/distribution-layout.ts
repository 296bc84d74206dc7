import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sizes } from '../sizes.ts'
import { repositoryName, TAGGED_REPOSITORY, tagName } from './names.ts'

const MEMORY = '/dev/shm'
const ROOM_BYTES = 8 * 1024 ** 3

let made: string | undefined

/**
 * Repositories and tags as distribution's filesystem driver keeps them: a folder each, in memory where there is room,
 * because making millions of them on a disk takes longer than the rest of the benchmark. The manifests behind the tags
 * are left out, because neither `tags/list` nor `_catalog` nor a start looks at them.
 *
 * @returns the folder, to be given to both versions as their `data`; it goes with this process
 */
export function makeDistributionLayout(folder: string, sizes: Sizes): string {
  if (made !== undefined) return made
  const data = mkdtempSync(join(hasRoom(MEMORY) ? MEMORY : folder, 'lading-bench-'))
  made = data
  process.once('exit', () => rmSync(data, { recursive: true, force: true }))
  const root = join(data, 'docker/registry/v2/repositories')
  for (let index = 0; index < sizes.repositories; index++) {
    for (const part of ['_layers', '_manifests'])
      mkdirSync(join(root, repositoryName(index), part), { recursive: true })
  }
  const tagged = join(root, TAGGED_REPOSITORY)
  mkdirSync(join(tagged, '_layers'), { recursive: true })
  for (let index = 0; index < sizes.tags; index++) {
    const current = join(tagged, '_manifests/tags', tagName(index), 'current')
    mkdirSync(current, { recursive: true })
    writeFileSync(join(current, 'link'), `sha256:${index.toString(16).padStart(64, '0')}`)
  }
  return data
}

function hasRoom(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(path)
    return bavail * bsize > ROOM_BYTES
  } catch {
    return false
  }
}
