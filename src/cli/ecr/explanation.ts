import type { ImageExplanation } from '../../core/lifecycle/image-explanation.ts'

/** What the management API answers to the same question. */
export function viewExplanation(explanation: ImageExplanation): object {
  const { digest, outcome, sentence, sight, takenBy, keptBy, takesAlong, untags, refused } = explanation
  const when = sight?.when
  return {
    digest,
    outcome,
    sentence,
    ...(sight !== undefined && { rule: viewRule(sight) }),
    ...(when !== undefined && viewCondition(when)),
    ...(takenBy !== undefined && { takenBy }),
    keptBy,
    takesAlong,
    untags,
    ...(refused !== undefined && { refused: { code: refused.code, by: [refused.by].flat() } }),
  }
}

function viewRule({ rule, standing }: NonNullable<ImageExplanation['sight']>): object {
  const { priority, name, action } = rule
  return { priority, name, action, hits: standing === 'hit' }
}

function viewCondition(when: NonNullable<NonNullable<ImageExplanation['sight']>['when']>): object {
  if ('position' in when) return { position: when.position, count: when.count }
  const at = new Date(when.atMs)
  // A policy may count in ages that no calendar has.
  if (Number.isNaN(at.getTime())) return {}
  return { [when.type === 'at' ? 'when' : 'until']: at.toISOString() }
}
