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
    ...(when?.type === 'at' && { when: new Date(when.atMs).toISOString() }),
    ...(when?.type === 'beyond' && { position: when.position, count: when.count }),
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
