import { isJsonObject } from '../../core/ecr/fields.ts'
import { cut } from '../cut.ts'
import type { RequestTarget } from '../request-context.ts'

const LISTED = 5
/** Members of ECR's inputs that name what is acted on, and the field of the log line that they become. */
const FIELD_OF: Readonly<Record<string, string>> = {
  repositoryName: 'repository',
  repositoryNames: 'repository',
  resourceArn: 'resource',
  prefix: 'template',
  prefixes: 'template',
  imageTag: 'reference',
  imageDigest: 'digest',
  imageId: 'reference',
  imageIds: 'reference',
  subjectId: 'reference',
  layerDigest: 'reference',
  layerDigests: 'reference',
  name: 'setting',
}

/** What a call's input says that it acts on, for the log, whether or not it is well formed. */
export function describeInput(members: Readonly<Record<string, unknown>>): RequestTarget {
  const target: Record<string, string> = {}
  for (const [member, field] of Object.entries(FIELD_OF)) {
    const value = Object.hasOwn(members, member) ? textOf(members[member]) : undefined
    if (value !== undefined) target[field] = cut(value)
  }
  return target
}

function textOf(value: unknown): string | undefined {
  if (!Array.isArray(value)) return nameOf(value)
  const names = value.slice(0, LISTED).flatMap((item: unknown) => nameOf(item) ?? [])
  if (names.length === 0) return undefined
  const left = value.length - LISTED
  return left > 0 ? `${names.join(', ')} and ${left} more` : names.join(', ')
}

/** A text, or an image id's tag, which is what people know it by, or digest. */
function nameOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (!isJsonObject(value)) return undefined
  return [value.imageTag, value.imageDigest].find((name) => typeof name === 'string')
}
