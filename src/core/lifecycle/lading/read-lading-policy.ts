import type { JsonValue } from '../../strict-json.ts'
import { invalidPolicy, memberOf } from './invalid-policy.ts'
import { MOST_RULES } from './lading-limits.ts'
import type {
  LadingAge,
  LadingCondition,
  LadingPolicy,
  LadingRule,
  LadingSelection,
  LadingWindow,
} from './lading-policy.ts'
import {
  choiceOf,
  listOf,
  type Place,
  PolicyMembers,
  readCount,
  readFlag,
  readObject,
  readText,
} from './policy-members.ts'
import { readImageTagExpression, readTagExpression } from './read-tag-expression.ts'

const NAME = /^[a-z0-9-]{1,64}$/
const CLOCKS = ['pushed', 'pulled', 'tagged', 'untagged', 'archived'] as const
const ORDERS = ['pushed', 'pulled', 'tagged', 'untagged', 'semver'] as const
const CONDITIONS = ['olderThan', 'newerThan', 'beyond', 'within'] as const
const MOST_ANNOTATIONS = 32

/**
 * What the published JSON Schema says too, and nothing else but how deep expressions may be: the rest is in
 * check-lading-policy.ts.
 *
 * @throws {Refusal} `parameter-invalid`
 */
export function readLadingPolicy(document: JsonValue): LadingPolicy {
  const members = new PolicyMembers({ value: document, where: '' }, [
    '$schema',
    'version',
    'description',
    'unit',
    'rules',
  ])
  return {
    ...members.optional('$schema', readText),
    version: members.required('version', choiceOf(['lading/lifecycle/v1'])),
    ...members.optional('description', readText),
    ...members.optional('unit', choiceOf(['image', 'manifest'])),
    rules: members.required('rules', listOf(readRule, MOST_RULES)),
  }
}

function readRule(place: Place): LadingRule {
  const members = new PolicyMembers(place, [
    'name',
    'description',
    'priority',
    'select',
    'when',
    'action',
    'tag',
    'rest',
  ])
  const action = members.required('action', choiceOf(['expire', 'archive', 'untag', 'keep']))
  if (action !== 'untag' && members.has('tag')) {
    throw invalidPolicy(memberOf(place.where, 'tag'), 'only rules with the action untag have it')
  }
  return {
    ...members.optional('name', readName),
    ...members.optional('description', readText),
    ...members.optional('priority', readCount),
    select: members.required('select', readSelection),
    ...members.optional('when', readCondition),
    action,
    ...members.optional('tag', readTagExpression),
    ...members.optional('rest', choiceOf(['next', 'keep'])),
  }
}

function readName(place: Place): string {
  const name = readText(place)
  if (NAME.test(name)) return name
  throw invalidPolicy(place.where, 'expected 1 to 64 of small letters, digits and dash')
}

function readSelection(place: Place): LadingSelection {
  const members = new PolicyMembers(place, [
    'tags',
    'tagged',
    'storageClass',
    'mediaTypes',
    'artifactTypes',
    'annotations',
  ])
  return {
    ...members.optional('tags', readImageTagExpression),
    ...members.optional('tagged', readFlag),
    ...members.optional('storageClass', choiceOf(['standard', 'archive'])),
    ...members.optional('mediaTypes', listOf(readText)),
    ...members.optional('artifactTypes', listOf(readText)),
    ...members.optional('annotations', readAnnotations),
  }
}

function readAnnotations(place: Place): Readonly<Record<string, string>> {
  const entries = Object.entries(readObject(place))
  if (entries.length === 0 || entries.length > MOST_ANNOTATIONS) {
    throw invalidPolicy(place.where, `expected 1 to ${MOST_ANNOTATIONS} annotations, got ${entries.length}`)
  }
  return Object.fromEntries(
    entries.map(([key, value]) => {
      const where = memberOf(place.where, key)
      return [readText({ value: key, where }), readText({ value, where })]
    }),
  )
}

function readCondition(place: Place): LadingCondition {
  const members = new PolicyMembers(place, CONDITIONS)
  switch (members.only(CONDITIONS)) {
    case 'olderThan':
      return { olderThan: members.required('olderThan', readAge) }
    case 'newerThan':
      return { newerThan: members.required('newerThan', readAge) }
    case 'beyond':
      return { beyond: members.required('beyond', readWindow) }
    case 'within':
      return { within: members.required('within', readWindow) }
  }
}

function readWindow(place: Place): LadingWindow {
  const members = new PolicyMembers(place, ['count', 'by'])
  return { count: members.required('count', readCount), by: members.required('by', choiceOf(ORDERS)) }
}

function readAge(place: Place): LadingAge {
  const members = new PolicyMembers(place, ['days', 'hours', 'since'])
  const since = members.required('since', choiceOf(CLOCKS))
  return members.only(['days', 'hours']) === 'days'
    ? { days: members.required('days', readCount), since }
    : { hours: members.required('hours', readCount), since }
}
