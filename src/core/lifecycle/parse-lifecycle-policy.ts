import { recogniseTag } from '../tags/recognise-tag.ts'
import { compileEcrPolicy } from './ecr/compile-ecr-policy.ts'
import type { EcrLifecyclePolicy } from './ecr/ecr-policy.ts'
import { parseEcrPolicy } from './ecr/parse-ecr-policy.ts'
import { compileLadingPolicy } from './lading/compile-lading-policy.ts'
import type { LadingPolicy } from './lading/lading-policy.ts'
import { parseLadingPolicy } from './lading/parse-lading-policy.ts'
import type { LifecyclePolicy } from './lifecycle-policy.ts'

/** A policy of either format, checked and compiled. */
export type ParsedLifecyclePolicy = {
  readonly compiled: LifecyclePolicy
  /** Whether it can only be decided with the images' annotations at hand. */
  readonly asksAnnotations: boolean
} & (
  | { readonly format: 'ecr'; readonly document: EcrLifecyclePolicy }
  | { readonly format: 'lading'; readonly document: LadingPolicy }
)

/**
 * A policy's text, whichever of the two formats it has: ours says so in its `version`.
 *
 * @throws {Refusal} `parameter-invalid`
 */
export function parseLifecyclePolicy(text: string): ParsedLifecyclePolicy {
  if (saysVersion(text)) {
    const document = parseLadingPolicy(text)
    const asksAnnotations = document.rules.some(({ select }) => select.annotations !== undefined)
    return { format: 'lading', document, compiled: compileLadingPolicy(document, recogniseTag), asksAnnotations }
  }
  const document = parseEcrPolicy(text)
  return { format: 'ecr', document, compiled: compileEcrPolicy(document), asksAnnotations: false }
}

/** ECR's documents have one member, `rules`. What is no JSON at all is refused in ECR's words. */
function saysVersion(text: string): boolean {
  try {
    const document: unknown = JSON.parse(text)
    return typeof document === 'object' && document !== null && 'version' in document
  } catch {
    return false
  }
}
