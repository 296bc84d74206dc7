import type { TagMutability, TagMutabilityMode } from '../tag-mutability.ts'
import type { Fields } from './fields.ts'

const MODES = ['MUTABLE', 'IMMUTABLE', 'IMMUTABLE_WITH_EXCLUSION', 'MUTABLE_WITH_EXCLUSION'] as const
const FILTERS = 'imageTagMutabilityExclusionFilters'
/** ecr.md section 3: the pattern is the model's, the number of wildcards Terraform's documentation's. */
export const TAG_FILTER = { pattern: /^[0-9a-zA-Z._*-]{1,128}$/, mostWildcards: 2 }

/**
 * Reads `imageTagMutability` and its exclusion filters.
 *
 * @returns undefined when neither is given
 * @throws {Refusal} `parameter-invalid`; filters belong to the `_WITH_EXCLUSION` modes, and those need 1 to 5
 */
export function parseTagMutability(fields: Fields<'imageTagMutability' | typeof FILTERS>): TagMutability | undefined {
  const mode: TagMutabilityMode | undefined = fields.choice('imageTagMutability', MODES)
  const given = fields.objects<'filterType' | 'filter'>(FILTERS, { min: 0, max: 5 })
  const filters = given?.map(parseFilter) ?? []
  const excluding = mode === 'IMMUTABLE_WITH_EXCLUSION' || mode === 'MUTABLE_WITH_EXCLUSION'
  if (excluding && filters.length === 0) {
    throw fields.invalid(
      FILTERS,
      `ImageTagMutabilityExclusionFilters can't be null when imageTagMutability is set as ${mode}`,
    )
  }
  if (!excluding && filters.length > 0) {
    throw fields.invalid(
      FILTERS,
      `ImageTagMutabilityExclusionFilters can't be set when imageTagMutability is set as ${mode ?? 'MUTABLE'}`,
    )
  }
  return mode === undefined ? undefined : { mode, exclusionFilters: filters }
}

function parseFilter(fields: Fields<'filterType' | 'filter'>): string {
  fields.required('filterType', fields.choice('filterType', ['WILDCARD']))
  const filter = fields.requiredText('filter', { min: 1, max: 128, pattern: TAG_FILTER.pattern })
  if (filter.split('*').length - 1 > TAG_FILTER.mostWildcards) {
    throw fields.invalid('filter', `Member must have at most ${TAG_FILTER.mostWildcards} wildcards`)
  }
  return filter
}
