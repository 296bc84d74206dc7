import type { JsonObject, JsonValue } from '../../strict-json.ts'
import type { EcrAction, EcrLifecycleRule, EcrSelection } from './ecr-policy.ts'
import { schemaFailure } from './policy-failure.ts'
import { type Members, readChoice, readCount, readMembers, readText, readTexts } from './policy-members.ts'

const RULE: Members = { required: ['action', 'rulePriority', 'selection'], optional: ['description'] }
const SELECTION: Members = {
  required: ['countNumber', 'countType', 'tagStatus'],
  optional: ['countUnit', 'storageClass', 'tagPatternList', 'tagPrefixList'],
}
const ACTION: Members = { required: ['type'], optional: ['targetStorageClass'] }

const TAG_STATUSES = ['any', 'tagged', 'untagged'] as const
const COUNT_TYPES = ['imageCountMoreThan', 'sinceImagePulled', 'sinceImagePushed', 'sinceImageTransitioned'] as const
const STORAGE_CLASSES = ['archive', 'standard'] as const

/**
 * Reads a rule by ECR's schema (ecr.md 2.1); what its members have to do with each other is asked later.
 *
 * @throws {Refusal} `parameter-invalid`
 */
export function readEcrRule(value: JsonValue, where: string): EcrLifecycleRule {
  const rule = readMembers(value, where, RULE)
  const { description } = rule
  return {
    rulePriority: readCount(rule.rulePriority, `${where}.rulePriority`),
    ...(description !== undefined && { description: readText(description, `${where}.description`) }),
    selection: readSelection(rule.selection, `${where}.selection`),
    action: readAction(rule.action, `${where}.action`),
  }
}

function readSelection(value: JsonValue | undefined, where: string): EcrSelection {
  const members = readMembers(value, where, SELECTION)
  const { tagPatternList, tagPrefixList, storageClass, countUnit } = members
  return {
    tagStatus: readChoice(members.tagStatus, `${where}.tagStatus`, TAG_STATUSES),
    ...(tagPatternList !== undefined && { tagPatternList: readTexts(tagPatternList, `${where}.tagPatternList`) }),
    ...(tagPrefixList !== undefined && { tagPrefixList: readTexts(tagPrefixList, `${where}.tagPrefixList`) }),
    ...(storageClass !== undefined && {
      storageClass: readChoice(storageClass, `${where}.storageClass`, STORAGE_CLASSES),
    }),
    countType: readCountType(members, where),
    ...(countUnit !== undefined && { countUnit: readChoice(countUnit, `${where}.countUnit`, ['days']) }),
    countNumber: readCount(members.countNumber, `${where}.countNumber`),
  }
}

/** ECR's schema has a variant for each count type, and says only that none of them fits. */
function readCountType({ countType }: JsonObject, where: string): EcrSelection['countType'] {
  const known = COUNT_TYPES.find((candidate) => candidate === countType)
  if (known !== undefined) return known
  const problem = 'instance failed to match exactly one schema (matched 0 out of 2)'
  throw schemaFailure(`${where}.countType`, `${problem}; expected one of ${COUNT_TYPES.join(', ')}`)
}

function readAction(value: JsonValue | undefined, where: string): EcrAction {
  const { type: given, targetStorageClass } = readMembers(value, where, ACTION)
  const type = readChoice(given, `${where}.type`, ['expire', 'transition'])
  if (type === 'transition') {
    if (targetStorageClass === undefined) {
      throw schemaFailure(where, 'object has missing required properties (["targetStorageClass"])')
    }
    return { type, targetStorageClass: readChoice(targetStorageClass, `${where}.targetStorageClass`, ['archive']) }
  }
  if (targetStorageClass === undefined) return { type }
  throw schemaFailure(where, 'targetStorageClass belongs to action type transition, not to expire')
}
