import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Sizes } from '../sizes.ts'
import { repositoryName, TAGGED_REPOSITORY, tagName } from './names.ts'

/**
 * Repositories and tags as distribution's filesystem driver keeps them: a folder each. The manifests behind the tags
 * are left out, because neither `tags/list` nor `_catalog` nor a start looks at them.
 *
 * @returns the folder, to be given to both versions as their `data`
 */
export function makeDistributionLayout(folder: string, sizes: Sizes): string {
  const data = join(folder, 'distribution-layout')
  if (existsSync(data)) return data
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
