import { listOf, textOf } from '../members.ts'
import type { EcrReader } from './ecr-reader.ts'

const PAGE = 1000

/** The names of all repositories of a registry, sorted. @throws {CliProblem} */
export async function listRepositories(reader: EcrReader): Promise<readonly string[]> {
  const names: string[] = []
  let nextToken: string | undefined
  do {
    const page = await reader.ask('DescribeRepositories', {
      maxResults: PAGE,
      ...(nextToken !== undefined && { nextToken }),
    })
    names.push(...listOf(page, 'repositories').flatMap((repository) => textOf(repository, 'repositoryName') ?? []))
    nextToken = textOf(page, 'nextToken')
  } while (nextToken !== undefined)
  return names.sort()
}
