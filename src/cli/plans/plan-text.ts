import { buildCell } from '../build-rows.ts'
import { displayable, formatTable } from '../displayable.ts'
import { listOf, memberOf, textOf } from '../members.ts'

export const ITEM_HEADINGS = ['ACTION', 'IMAGE', 'TAGS', 'RULE', 'PUSHED', 'PULLED', 'BYTES', 'OUTCOME', 'BUILD', 'WHY']
/** Where nobody knows what comes free: layers that others have too are in every image's size. */
export const SIZED_ITEM_HEADINGS = ITEM_HEADINGS.map((heading) => (heading === 'BYTES' ? 'SIZE' : heading))
export const PLAN_HEADINGS = ['PLAN', 'KIND', 'STATE', 'CREATED', 'BY', 'IMAGES', 'WOULD', 'FREES', 'UNDO UNTIL']

/** What a plan is, without its items. */
export function planText(plan: unknown): string {
  const by = textOf(plan, 'createdBy')
  const facts: [string, string | undefined][] = [
    ['plan', textOf(plan, 'id')],
    ['repository', textOf(plan, 'repositoryName')],
    ['kind', textOf(plan, 'kind')],
    ['state', textOf(plan, 'state')],
    ['note', textOf(plan, 'note')],
    ['created', `${textOf(plan, 'createdAt') ?? '-'}${by === undefined ? '' : ` by ${by}`}`],
    ...weighedFacts(plan),
    ['applied', withBy(textOf(plan, 'appliedAt'), textOf(plan, 'appliedBy'))],
    ['undo until', textOf(plan, 'undoUntil')],
    ['undone', textOf(plan, 'undoneAt')],
  ]
  return formatTable(facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

/** Of a repository's deletion nothing is counted; of another deletion not what else the repository holds. */
function weighedFacts(plan: unknown): [string, string | undefined][] {
  if (takesRepository(plan)) return [['would', wouldText(plan)]]
  return [
    ['images', textOf(plan, 'kind') === 'deletion' ? undefined : numberOf(plan, 'imageCount')],
    ['would', wouldText(plan)],
    ['frees', `${numberOf(memberOf(plan, 'summary'), 'freedBytes')} bytes`],
  ]
}

function takesRepository(plan: unknown): boolean {
  return textOf(plan, 'kind') === 'repository-deletion'
}

/** Why a plan has no items. */
export function noItemsText(plan: unknown): string {
  return takesRepository(plan)
    ? 'It takes the repository with all that it holds.'
    : 'No image is hit by a rule that would take it.'
}

/** Whether applying and undoing it is all the same. */
export function doesNothing(plan: unknown): boolean {
  const summary = memberOf(plan, 'summary')
  return !takesRepository(plan) && VERBS.every((verb) => countOf(summary, verb) === 0)
}

function countOf(summary: unknown, name: string): number {
  return Number(memberOf(summary, name) ?? 0)
}

/** What is known of a plan that no server keeps. */
export function localPlanText(plan: unknown): string {
  return formatTable([
    ['repository', textOf(plan, 'repositoryName') ?? ''],
    ['images', numberOf(plan, 'imageCount')],
    ['would', wouldText(plan)],
  ])
}

function withBy(at: string | undefined, by: string | undefined): string | undefined {
  return at === undefined || by === undefined ? at : `${at} by ${by}`
}

const VERBS = ['expire', 'archive', 'untag']

/** `expire 3, untag 1 (refused 2)`; `do nothing`; `delete the repository`. */
function wouldText(plan: unknown): string {
  if (takesRepository(plan)) return 'delete the repository'
  const summary = memberOf(plan, 'summary')
  const count = (name: string) => countOf(summary, name)
  const parts = VERBS.flatMap((verb) => (count(verb) === 0 ? [] : [`${verb} ${count(verb)}`]))
  const refused = count('refused') === 0 ? '' : ` (refused ${count('refused')})`
  return `${parts.length === 0 ? 'do nothing' : parts.join(', ')}${refused}`
}

export function planCells(plan: unknown): string[] {
  const text = (name: string) => textOf(plan, name) ?? '-'
  const facts = new Map(weighedFacts(plan))
  const names = ['id', 'kind', 'state', 'createdAt', 'createdBy'].map(text)
  return [...names, facts.get('images') ?? '-', wouldText(plan), facts.get('frees') ?? '-', text('undoUntil')]
}

export function itemCells(item: unknown): string[] {
  const tag = textOf(item, 'tag')
  const tags = tag === undefined ? listOf(item, 'tags').join(' ') : tag
  return [
    textOf(item, 'action') ?? '',
    textOf(item, 'digest') ?? '',
    tags === '' ? '-' : tags,
    ruleText(memberOf(item, 'rule')),
    textOf(item, 'pushedAt') ?? '-',
    textOf(item, 'lastPulledAt') ?? 'never',
    numberOf(item, memberOf(item, 'freedBytes') === undefined ? 'imageSizeBytes' : 'freedBytes'),
    textOf(item, 'outcome') ?? '',
    buildCell(item),
    whyText(item),
  ]
}

function ruleText(rule: unknown): string {
  return rule === undefined ? '-' : String(rule)
}

/** Why it was chosen, and why it could not be had. */
function whyText(item: unknown): string {
  const failure = textOf(memberOf(item, 'failure'), 'reason')
  return [textOf(item, 'why'), failure].filter((text) => text !== undefined).join(' ')
}

export function numberOf(value: unknown, name: string): string {
  const member = memberOf(value, name)
  return typeof member === 'number' ? String(member) : '-'
}

/** What applying it means, without an end. */
export function applySentence(plan: unknown): string {
  const name = textOf(plan, 'repositoryName') ?? ''
  return displayable(`Apply it to ${name}: ${wouldText(plan)}, of ${numberOf(plan, 'imageCount')} images`)
}
