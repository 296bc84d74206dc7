import type { ImageTag, LifecycleImage } from './lifecycle-image.ts'
import type { Clock } from './lifecycle-policy.ts'

const NEVER = Number.NEGATIVE_INFINITY

/**
 * What an image's age is counted from by a clock (lifecycle-policy.ts), Unix time in milliseconds; NaN when the clock
 * does not run for it.
 *
 * @param pulledAtMs the last pull of its unit, NaN when none is known
 */
export function imageClockMs(image: LifecycleImage, clock: Clock, pulledAtMs: number): number {
  switch (clock) {
    case 'pushed':
      return pushedMs(image)
    case 'pulled':
      return pulledAtMs > pushedMs(image) ? pulledAtMs : pushedMs(image)
    case 'archived':
      return image.archivedAtMs ?? Number.NaN
    case 'untagged':
      return image.tags.length > 0 ? Number.NaN : Math.max(image.untaggedAtMs ?? NEVER, pushedMs(image))
    case 'tagged':
      return youngestTagMs(image.tags)
  }
}

/** ECR's `orderTime` (ecr.md 2.4). */
function pushedMs({ pushedAtMs, restoredAtMs }: LifecycleImage): number {
  return restoredAtMs !== undefined && restoredAtMs > pushedAtMs ? restoredAtMs : pushedAtMs
}

function youngestTagMs(tags: readonly ImageTag[]): number {
  let youngest = Number.NaN
  for (const { setAtMs } of tags) if (!(setAtMs <= youngest)) youngest = setAtMs
  return youngest
}
