import { Refusal } from '../refusal.ts'
import { describeScope, type Scope } from './scope.ts'
import type { Quota } from './settings.ts'

/** What repositories hold, or by how much that changes. */
export interface Usage {
  readonly bytes: number
  readonly images: number
}

export const NO_USAGE: Usage = { bytes: 0, images: 0 }

/** What a quota bounds of it: what has no bound is neither taken nor given back. */
export function bounded(quota: Quota, usage: Usage): Usage {
  return {
    bytes: quota.bytes === undefined ? 0 : usage.bytes,
    images: quota.images === undefined ? 0 : usage.images,
  }
}

/** What is left of the quota; below zero where more is used than it allows. */
export function leftOf(quota: Quota, used: Usage): Usage {
  return bounded(quota, {
    bytes: (quota.bytes ?? 0) - used.bytes,
    images: (quota.images ?? 0) - used.images,
  })
}

export function negated({ bytes, images }: Usage): Usage {
  // Without it, zero would be a negative one.
  return { bytes: 0 - bytes, images: 0 - images }
}

/**
 * @param left of the quota, to the byte
 * @param needed what there is too little left for
 */
export function quotaExceeded(scope: Scope, quota: Quota, { left, needed }: { left: Usage; needed: Usage }): Refusal {
  const unit = quota.bytes !== undefined && needed.bytes > left.bytes ? 'bytes' : 'images'
  const limit = quota[unit] ?? 0
  const used = limit - left[unit]
  return new Refusal(
    'quota-exceeded',
    `The quota of ${describeScope(scope)} in ${unit} is ${limit}. Used are ${used}, and this needs ${needed[unit]} more. Delete images that are not needed, or have the quota raised.`,
    { scope, unit, limit, used, needed: needed[unit] },
  )
}

/** A quota's room, split so that many can take of it at once: the parts differ by one at most, and add up to it. */
export function splitUsage(usage: Usage, parts: number): Usage[] {
  const bytes = split(usage.bytes, parts)
  const images = split(usage.images, parts)
  return bytes.map((part, index) => ({ bytes: part, images: images[index] ?? 0 }))
}

function split(total: number, parts: number): number[] {
  const least = Math.floor(total / parts)
  const more = total - least * parts
  return Array.from({ length: parts }, (_, index) => least + (index < more ? 1 : 0))
}
