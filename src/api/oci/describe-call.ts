import { cut } from '../cut.ts'
import type { RequestTarget } from '../request-context.ts'
import type { OciCall } from './call.ts'

/** What a call acts on, for the log: the repository, and the tags or the digest. */
export function describeCall(call: OciCall): RequestTarget {
  if (!('name' in call)) return {}
  const reference = referenceOf(call)
  return reference === undefined ? { repository: call.name } : { repository: call.name, reference: cut(reference) }
}

function referenceOf(call: OciCall): string | undefined {
  if ('reference' in call) {
    const { reference } = call
    const first = reference.kind === 'tag' ? reference.tag : reference.digest
    return call.kind === 'manifest-put' ? [first, ...call.tags].join(', ') : first
  }
  if (call.kind === 'upload-start') return call.digest ?? call.mount
  return 'digest' in call ? call.digest : undefined
}
