import type { Inputs } from '../query/inputs.ts'
import { parseTargetName } from './target-inputs.ts'

const SHORTEST_SESSION_SECONDS = 3600
const LONGEST_SESSION_SECONDS = 43_200
const LONGEST_DESCRIPTION = 1000

export function parseRoleName(inputs: Inputs): string {
  return parseTargetName(inputs, 'role')
}

/** Line breaks, tabs and what prints of Latin-1 (IAM API reference, CreateRole). */
export function parseDescription(inputs: Inputs): string | undefined {
  return inputs.text('Description', {
    max: LONGEST_DESCRIPTION,
    pattern: /^[\t\n\r\u0020-\u007e\u00a1-\u00ff]*$/,
    patternShown: '[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u00A1-\\u00FF]*',
  })
}

export function parseMaxSession(inputs: Inputs): number | undefined {
  return inputs.integer('MaxSessionDuration', { min: SHORTEST_SESSION_SECONDS, max: LONGEST_SESSION_SECONDS })
}
