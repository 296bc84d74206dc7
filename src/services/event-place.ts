import type { EventPlace } from '../ports/metadata/event-record.ts'
import type { Repository } from '../ports/metadata/repositories.ts'
import type { Caller } from './context.ts'

type Located = Pick<Repository, 'id' | 'registryId' | 'name'>

export function eventPlace({ registryId, id, name }: Located): EventPlace {
  return { registryId, repositoryId: id, repositoryName: name }
}

/** What an event says of where it happened and who asked. */
export function requestOf(caller: Pick<Caller, 'principal'>, repository: Located): EventPlace & { principal: string } {
  return { ...eventPlace(repository), principal: caller.principal.arn }
}

/** What an event says of where it happened when that is no repository, and nobody asked. */
export const INSTALLATION = {
  registryId: undefined,
  repositoryId: undefined,
  repositoryName: undefined,
  principal: undefined,
} as const
