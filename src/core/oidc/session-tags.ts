import { isTag } from '../iam/tag-text.ts'
import type { PrincipalTag } from '../principal.ts'
import type { ClaimValue } from './flatten-claims.ts'
import { isKubernetesTagKey, kubernetesTagsOf } from './kubernetes-tags.ts'
import { tokenRejected } from './refusals.ts'
import type { TrustedProvider } from './trusted-provider.ts'
import type { VerifiedToken } from './verify-identity-token.ts'

/** What a session by a token gets. No two keys are the same, whatever their case. */
export interface TokenSessionTags {
  /** What the registration of the provider asks for: nobody needs a permission for them. */
  readonly ofProvider: readonly PrincipalTag[]
  /** What the token asks for: the role's trust policy has to allow `sts:TagSession`, as AWS has it. */
  readonly ofToken: readonly PrincipalTag[]
  /** Those of Kubernetes, as EKS has it, so that no change of role sheds or replaces them; and what the token asks for. */
  readonly transitiveTagKeys: readonly string[]
  /** What the token asks for: the trust policy has to allow `sts:SetSourceIdentity`. */
  readonly sourceIdentity: string | undefined
}

/** Claims that AWS gives a meaning; members of the first are named by their flat names, which AWS takes as well. */
const TOKEN_TAG = 'https://aws.amazon.com/tags/principal_tags/'
const TRANSITIVE_KEYS = 'https://aws.amazon.com/tags/transitive_tag_keys'
const SOURCE_IDENTITY = 'https://aws.amazon.com/source_identity'

/** STS API reference, `Tag` and `SourceIdentity`. */
const MOST_TAGS = 50
const SOURCE_IDENTITY_TEXT = /^[\w+=,.@-]{2,64}$/

/**
 * The tags of a session: those of Kubernetes for a cluster's tokens, those that the provider's registration makes of
 * claims, and those that the token itself asks for. The latter can neither set nor change the former two, nor, whoever
 * the provider is, those by which policies know clusters and namespaces.
 *
 * A claim that is not in the token makes no tag.
 *
 * @throws {Refusal} `identity-token-rejected`
 */
export function sessionTagsOf(
  provider: TrustedProvider,
  verified: VerifiedToken,
  place: { readonly accountId: string; readonly region: string },
): TokenSessionTags {
  const cluster = provider.kubernetesCluster
  const ofKubernetes = cluster === undefined ? [] : kubernetesTagsOf(cluster, verified, place)
  const ofProvider = [...ofKubernetes, ...mappedTagsOf(provider, verified)]
  const ofToken = tokenTagsOf(provider, verified)
  checkTags([...ofProvider, ...ofToken])
  return {
    ofProvider,
    ofToken,
    transitiveTagKeys: [...ofKubernetes.map(({ key }) => key), ...transitiveKeysOf(verified, ofToken)],
    sourceIdentity: sourceIdentityOf(verified),
  }
}

function mappedTagsOf(provider: TrustedProvider, { claims }: VerifiedToken): PrincipalTag[] {
  return provider.claimTags.flatMap(({ tagKey, claim }) => {
    if (isKubernetesTagKey(tagKey)) {
      throw tokenRejected(`The identity provider makes the tag "${tagKey}" of a claim, which is only for clusters.`)
    }
    const value = claims.get(claim)
    return value === undefined ? [] : [{ key: tagKey, value: singleValue(tagKey, value) }]
  })
}

function tokenTagsOf(provider: TrustedProvider, { claims }: VerifiedToken): PrincipalTag[] {
  const mapped = new Set(provider.claimTags.map(({ tagKey }) => tagKey.toLowerCase()))
  const tags: PrincipalTag[] = []
  for (const [name, value] of claims) {
    if (!name.startsWith(TOKEN_TAG)) continue
    const key = name.slice(TOKEN_TAG.length)
    if (isKubernetesTagKey(key) || mapped.has(key.toLowerCase())) {
      throw tokenRejected('The identity token asks for a session tag that only the identity provider sets.')
    }
    tags.push({ key, value: singleValue('that the token asks for', value) })
  }
  return tags
}

function singleValue(which: string, value: ClaimValue): string {
  if (typeof value === 'string') return value
  const [only, ...others] = value
  if (only === undefined || others.length > 0) throw tokenRejected(`The session tag ${which} must have one value.`)
  return only
}

function checkTags(tags: readonly PrincipalTag[]): void {
  if (tags.length > MOST_TAGS) throw tokenRejected(`The identity token makes more than ${MOST_TAGS} session tags.`)
  const keys = new Set(tags.map(({ key }) => key.toLowerCase()))
  if (keys.size < tags.length) throw tokenRejected('The identity token makes two session tags with one key.')
  for (const tag of tags) {
    if (!isTag(tag) || tag.key.toLowerCase().startsWith('aws:')) {
      throw tokenRejected(
        'A session tag must have a key of 1 to 128 and a value of at most 256 letters, digits, spaces and _.:/=+-@, and not begin with aws:.',
      )
    }
  }
}

function transitiveKeysOf({ claims }: VerifiedToken, tags: readonly PrincipalTag[]): string[] {
  const asked = [claims.get(TRANSITIVE_KEYS) ?? []].flat()
  const known = new Map(tags.map(({ key }) => [key.toLowerCase(), key]))
  return [...new Set(asked)].map((key) => {
    const tagKey = known.get(key.toLowerCase())
    if (tagKey === undefined) throw tokenRejected('The identity token asks for a transitive tag that it does not have.')
    return tagKey
  })
}

function sourceIdentityOf({ claims }: VerifiedToken): string | undefined {
  const text = claims.get(SOURCE_IDENTITY)
  if (text === undefined) return undefined
  if (typeof text !== 'string' || !SOURCE_IDENTITY_TEXT.test(text) || text.toLowerCase().startsWith('aws:')) {
    throw tokenRejected(
      'The identity token asks for a source identity that is not 2 to 64 of A-Z, a-z, 0-9 and _+=,.@-.',
    )
  }
  return text
}
