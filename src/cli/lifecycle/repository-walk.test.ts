import { expect, test } from 'bun:test'
import { CliProblem } from '../cli-problem.ts'
import { Progress } from '../progress.ts'
import { RepositoryWalk } from './repository-walk.ts'

function walkOver(repositories: readonly string[]) {
  const told: string[] = []
  const tell = (text: string) => told.push(text)
  let ms = 0
  // A clock on which everything takes six seconds.
  const progress = new Progress({ tell, isTerminal: false, isQuiet: false, nowMs: () => (ms += 6000) })
  return { told, walk: new RepositoryWalk({ tell, progress }, repositories) }
}

async function ask(repository: string): Promise<readonly unknown[]> {
  if (repository === 'b\u001b') throw new CliProblem('It is not there.')
  return [{ change: 'goes' }]
}

test('one repository that cannot be looked at keeps nobody from the others, and is a problem in the end', async () => {
  const { told, walk } = walkOver(['a', 'b\u001b', 'c'])
  const pages = await Array.fromAsync(walk.pages(ask))
  expect(pages).toEqual([[{ repositoryName: 'a', change: 'goes' }], [], [{ repositoryName: 'c', change: 'goes' }]])
  expect(told).toEqual([
    'looking at repositories: 0 of 3\n',
    'looking at repositories: 1 of 3\n',
    'b\\u{1b}: It is not there.\n',
    'looking at repositories: 2 of 3\n',
  ])
  expect(() => walk.end()).toThrow('1 of 3 repositories could not be looked at.')
})

test('the only one that is asked for is a problem at once, and what is no problem of the caller’s always', async () => {
  const { walk } = walkOver(['b\u001b'])
  await expect(Array.fromAsync(walk.pages(ask))).rejects.toThrow('It is not there.')
  const bug = walkOver(['a', 'c']).walk.pages(() => Promise.reject(new TypeError('a bug')))
  await expect(Array.fromAsync(bug)).rejects.toThrow(TypeError)
  const good = walkOver(['a'])
  expect(await Array.fromAsync(good.walk.pages(ask))).toEqual([[{ repositoryName: 'a', change: 'goes' }]])
  expect(good.told).toEqual([])
  good.walk.end()
})
