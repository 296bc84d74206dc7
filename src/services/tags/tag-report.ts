import type { Tag } from '../../core/tag.ts'
import { CaseTwins } from '../../core/tags/case-twins.ts'
import type { TagKind } from '../../core/tags/tag-kind.ts'
import { type Counted, type CountedKind, TagTally } from '../../core/tags/tag-tally.ts'
import type { Page } from '../../ports/metadata/page.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { Services } from '../context.ts'
import { nextTurn } from '../next-turn.ts'
import { Turns } from '../turns.ts'
import { BuildLinkCheck, type CheckedLinks } from './build-link-check.ts'

/** How a repository's tags are used. */
export interface TagReport {
  readonly tags: number
  readonly kinds: readonly CountedKind[]
  /** Kinds that each say which build an image is; empty unless there are several. */
  readonly mixed: readonly TagKind[]
  readonly moved: Counted
  readonly neverMoved: Counted
  /** Groups of tags that differ in case alone. */
  readonly caseTwins: {
    readonly count: number
    readonly examples: readonly (readonly string[])[]
    readonly isComplete: boolean
  }
  /** Build ids whose manifests' annotations do not say where they come from. */
  readonly withoutBuildLinks: CheckedLinks
}

const PAGE = 1000
const MOST_GROUPS = 20
/** Each takes some 10 MiB, whatever there is to report. */
const TURNS = new Turns(2)

/**
 * Goes through all live tags a page at a time, and keeps no page: what is tagged meanwhile may be in it or not. Others
 * have their turn between pages; other reports wait.
 */
export async function reportTags(services: Services, repository: Repository): Promise<TagReport> {
  return await TURNS.run(() => makeReport(services, repository))
}

async function makeReport(services: Services, repository: Repository): Promise<TagReport> {
  const { metadata } = services
  const tally = new TagTally()
  const twins = new CaseTwins()
  const links = await BuildLinkCheck.open(services, repository)
  const listStates = (page: Page) => metadata.listTagStates(repository.id, page)
  for await (const states of pagesOf(listStates, ({ tag }) => tag)) {
    const builds = states.filter(({ tag, hasMoved }) => {
      twins.note(tag)
      return tally.add(tag, hasMoved) === 'build-id'
    })
    await links.check(builds)
  }
  const listNames = (page: Page) => metadata.listTags(repository.id, page)
  if (twins.mayHaveAny) for await (const names of pagesOf(listNames, (tag) => tag)) keepTwins(twins, names)
  return viewOf(tally, twins, links)
}

function keepTwins(twins: CaseTwins, names: readonly Tag[]): void {
  for (const name of names) twins.keep(name)
}

function viewOf(tally: TagTally, twins: CaseTwins, links: BuildLinkCheck): TagReport {
  const groups = twins.groups()
  return {
    tags: tally.moved.count + tally.neverMoved.count,
    kinds: tally.kinds(),
    mixed: tally.mixed(),
    moved: tally.moved,
    neverMoved: tally.neverMoved,
    caseTwins: { count: groups.length, examples: groups.slice(0, MOST_GROUPS), isComplete: twins.isComplete },
    withoutBuildLinks: links.checked,
  }
}

/** The last page is an empty one. */
async function* pagesOf<Row>(
  list: (page: Page) => Promise<readonly Row[]>,
  nameOf: (row: Row) => string,
): AsyncGenerator<readonly Row[]> {
  let after: string | undefined
  do {
    const page = await list({ after, limit: PAGE })
    yield page
    await nextTurn()
    const last = page.at(-1)
    after = last === undefined ? undefined : nameOf(last)
  } while (after !== undefined)
}
