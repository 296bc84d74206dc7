import type { Digest } from '../../core/digest.ts'
import { Refusal } from '../../core/refusal.ts'

/** What every blob store says no with, so that callers read the same sentences whichever runs. */

export function uploadUnknown(): Refusal {
  return new Refusal('upload-unknown', 'The upload does not exist: it was completed, cancelled or has expired.')
}

export function uploadBusy(offsetBytes: number): Refusal {
  return new Refusal('upload-range', 'Another request is writing to this upload: wait for it to end, then go on.', {
    offsetBytes,
  })
}

export function wrongOffset(sentBytes: number, offsetBytes: number): Refusal {
  return new Refusal('upload-range', `The upload stands at byte ${offsetBytes}, but the bytes start at ${sentBytes}.`, {
    offsetBytes,
  })
}

export function tooLarge(limitBytes: number): Refusal {
  return new Refusal('layer-too-large', `The upload may hold at most ${limitBytes} bytes.`, { limitBytes })
}

export function digestMismatch(expected: Digest, actual: Digest): Refusal {
  return new Refusal('digest-mismatch', `The uploaded bytes have the digest ${actual}, not ${expected}.`, {
    digests: [actual],
  })
}
