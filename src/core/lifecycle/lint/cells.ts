import { containsGlob } from './glob-relations.ts'
import { fitsUntagged, impliesTagged, isNeverTagged, SOME_TAG } from './image-logic.ts'
import type { JudgedRule } from './judged-rule.ts'
import type { TagLogic } from './tag-logic.ts'

/** The four kinds of images that are there at all: a selection is looked at in each by itself. */
export interface Cell {
  readonly isTagged: boolean
  readonly storageClass: 'standard' | 'archive'
}

/** The images that are used. */
export const TAGGED_STANDARD: Cell = { isTagged: true, storageClass: 'standard' }

export const CELLS: readonly Cell[] = [
  TAGGED_STANDARD,
  { isTagged: false, storageClass: 'standard' },
  { isTagged: true, storageClass: 'archive' },
  { isTagged: false, storageClass: 'archive' },
]

/** The cells of which a rule may select images; of the others it selects none. */
export function cellsOf(logic: TagLogic, rule: JudgedRule): readonly Cell[] {
  return CELLS.filter((cell) => {
    if (!admits(rule, cell)) return false
    if (!cell.isTagged) return rule.tags === undefined || fitsUntagged(rule.tags)
    return !isNeverTagged(logic, rule.tagged)
  })
}

/** Whether `outer` selects all that `inner` selects of the cell. `false` may mean that it is not known. */
export function coversCell(logic: TagLogic, { outer, inner, cell }: Comparison & { readonly cell: Cell }): boolean {
  if (!admits(outer, cell)) return false
  const coversTags = cell.isTagged
    ? impliesTagged(logic, inner.tagged, outer.tagged)
    : outer.tags === undefined || fitsUntagged(outer.tags)
  return coversTags && coversTypes(logic, { outer, inner }) && coversAnnotations(logic, { outer, inner })
}

interface Comparison {
  readonly outer: JudgedRule
  readonly inner: JudgedRule
}

/** Whether the rule selects all that there is of the cell. */
export function isWholeCell(logic: TagLogic, rule: JudgedRule, cell: Cell): boolean {
  return coversCell(logic, { outer: rule, inner: ANYTHING, cell })
}

const ANYTHING: JudgedRule = {
  priority: 0,
  name: '',
  action: 'keep',
  when: undefined,
  rest: 'next',
  select: {},
  tags: undefined,
  tagged: SOME_TAG,
  tag: undefined,
}

function admits({ select }: JudgedRule, { isTagged, storageClass }: Cell): boolean {
  return (select.tagged ?? isTagged) === isTagged && (select.storageClass ?? storageClass) === storageClass
}

/** An image without an artifact type fits none, not even `*`. */
function coversTypes(logic: TagLogic, { outer, inner }: Comparison): boolean {
  return (
    coversGlobs(logic, outer.select.mediaTypes, inner.select.mediaTypes ?? ['*']) &&
    coversGlobs(logic, outer.select.artifactTypes, inner.select.artifactTypes)
  )
}

/** Each by one of the others; what only several of them cover is not found. */
function coversGlobs(
  logic: TagLogic,
  outer: readonly string[] | undefined,
  inner: readonly string[] | undefined,
): boolean {
  if (outer === undefined) return true
  const isWithin = (each: string, one: string) => logic.spendOnGlobs(one, each) && containsGlob(one, each)
  return inner?.every((each) => outer.some((one) => isWithin(each, one))) ?? false
}

function coversAnnotations(logic: TagLogic, { outer, inner }: Comparison): boolean {
  const given = inner.select.annotations ?? {}
  return Object.entries(outer.select.annotations ?? {}).every(([key, glob]) => {
    const one = Object.hasOwn(given, key) ? given[key] : undefined
    return one !== undefined && logic.spendOnGlobs(glob, one) && containsGlob(glob, one)
  })
}
