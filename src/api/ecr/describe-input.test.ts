import { expect, test } from 'bun:test'
import { describeInput } from './describe-input.ts'

test('describeInput() names the repository, and the images by tag where there is one', () => {
  expect(describeInput({ repositoryName: 'team/app', imageTag: '1', imageManifest: '{}' })).toEqual({
    repository: 'team/app',
    reference: '1',
  })
  const imageIds = [{ imageTag: 'a' }, { imageDigest: 'sha256:00' }]
  expect(describeInput({ repositoryName: 'team/app', imageIds }).reference).toBe('a, sha256:00')
  expect(describeInput({ prefix: 'team' })).toEqual({ template: 'team' })
})

test('describeInput() takes whatever is sent, and bounds it', () => {
  const imageIds = Array.from({ length: 100 }, (_, n) => ({ imageTag: `${n}` }))
  expect(describeInput({ imageIds }).reference).toBe('0, 1, 2, 3, 4 and 95 more')
  expect(describeInput({ repositoryName: 'x'.repeat(10_000) }).repository).toHaveLength(513)
  let deep: unknown = 'x'
  for (let depth = 0; depth < 5000; depth++) deep = [deep]
  expect(describeInput({ imageIds: deep, repositoryName: 7, imageId: null })).toEqual({})
})
