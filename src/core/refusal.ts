/**
 * Every "no" that a caller can act on, by name. Each wire surface has a total table from these reasons to its own
 * status and error code, so a new reason does not compile until every surface has an answer for it.
 */
export type RefusalReason =
  // who asks
  | 'unauthenticated' // no credential, or one we cannot make sense of
  | 'credential-unknown' // the key id does not exist or the secret does not match: one reason, so that neither can be probed
  | 'credential-expired'
  | 'credential-revoked' // told only to whoever holds the credential: a disabled key, a session that was ended, an identity that is gone
  | 'signature-mismatch'
  | 'signature-incomplete'
  | 'denied'
  // users, roles and their policies
  | 'entity-unknown'
  | 'entity-exists'
  | 'entity-in-use' // something is attached to it or in it, which has to go first
  | 'entity-unmodifiable'
  | 'policy-too-large' // session policies and tags, which a session carries
  | 'identity-token-invalid' // not a token of the provider that the role trusts
  | 'identity-token-rejected' // a good token, whose claims are not good enough
  | 'identity-provider-unreachable'
  // names
  | 'name-invalid'
  | 'tag-invalid'
  | 'digest-invalid'
  | 'parameter-invalid' // any other argument; the message follows ECR's InvalidParameterException grammar
  | 'page-invalid' // a page size or page token that is out of range
  // policies
  | 'policy-malformed' // the message says where in the document, and what is expected there
  | 'repository-policy-unknown'
  | 'registry-policy-unknown'
  // repositories
  | 'repository-unknown'
  | 'repository-exists'
  | 'repository-not-empty'
  | 'deletion-protected' // by a setting of its own or of a scope above
  | 'setting-locked' // a scope above says what this one cannot weaken; detail.scope says which
  | 'quota-exceeded' // detail has the scope, unit, limit, used and needed
  | 'template-unknown'
  | 'template-exists'
  | 'resource-tag-invalid'
  | 'resource-tags-too-many'
  // lifecycle policies and plans
  | 'lifecycle-policy-unknown'
  | 'lifecycle-preview-unknown'
  | 'lifecycle-preview-running'
  | 'plan-unknown'
  | 'plan-unfit' // its state does not allow what is asked for
  | 'plan-outdated' // the world has moved since it was made
  // blobs and uploads
  | 'blob-unknown'
  | 'blob-in-use'
  | 'digest-mismatch'
  | 'size-mismatch'
  | 'upload-unknown'
  | 'upload-empty'
  | 'upload-range' // the bytes sent do not start where the upload stands; detail.offsetBytes says where that is
  | 'upload-too-slow'
  | 'layer-exists'
  | 'layer-too-large'
  | 'range-unsatisfiable'
  | 'range-excessive'
  // manifests and tags
  | 'manifest-unknown'
  | 'manifest-invalid'
  | 'manifest-too-large'
  | 'manifest-references-unknown' // detail.digests lists what is missing, detail.what says 'blob' or 'manifest'
  | 'manifest-in-use' // detail.digests lists the indexes that hold it
  | 'image-exists'
  | 'tag-immutable'
  | 'image-locked' // a person has locked it, or a tag on it
  | 'image-archived' // it has to be restored before it can be pulled
  | 'image-class-unchanged' // it is there already, or what holds it is not
  | 'tag-not-allowed' // the repository's tag rules, or those of a namespace above it, do not take it
  | 'precondition-failed'
  // the service
  | 'unsupported'
  | 'not-found' // no such address
  | 'operation-unknown'
  | 'not-available-yet'
  | 'limit-exceeded'
  | 'too-many-requests'
  | 'storage-full'
  | 'storage-unavailable'

/** Facts that go with a refusal; every one is safe to show to the caller. */
export interface RefusalDetail {
  readonly digests?: readonly string[]
  readonly what?: 'blob' | 'manifest'
  readonly offsetBytes?: number
  readonly sizeBytes?: number
  readonly retryAfterSeconds?: number
  readonly [fact: string]: unknown
}

/**
 * A "no" that the caller can mend. The message is a whole sentence for a person and says what was expected; where
 * Amazon ECR has a canonical sentence, that is the message. Anything else that is thrown is a bug of ours.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly reason: RefusalReason
  readonly detail: RefusalDetail

  constructor(reason: RefusalReason, message: string, detail: RefusalDetail = {}, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
    this.detail = detail
  }
}
