import type { PrincipalTag } from '../principal.ts'
import type { Claims } from './flatten-claims.ts'
import { tokenRejected } from './refusals.ts'
import type { VerifiedToken } from './verify-identity-token.ts'

/** Those of EKS Pod Identity, so that policies that were written for it fit (iam.md 3.4). */
const TAG_KEYS = [
  'eks-cluster-arn',
  'eks-cluster-name',
  'kubernetes-namespace',
  'kubernetes-service-account',
  'kubernetes-pod-name',
  'kubernetes-pod-uid',
] as const

/** Names of Kubernetes objects (RFC 1123 subdomains): none has a colon, a slash or a star in it. */
const OBJECT_NAME = /^[a-z0-9][a-z0-9.-]{0,252}$/

/** Whether only a cluster's registration may set the tag; tag keys are compared without regard to case. */
export function isKubernetesTagKey(key: string): boolean {
  return TAG_KEYS.some((reserved) => reserved === key.toLowerCase())
}

/**
 * The tags of a session by a service account's token. The cluster is the one that was registered: tokens of all
 * clusters look alike. Namespace and service account are in the token twice, and have to agree. Without a pod that the
 * token is bound to, its two tags are not there.
 *
 * @throws {Refusal} `identity-token-rejected` for what is no service account's token
 */
export function kubernetesTagsOf(
  cluster: string,
  { claims, subject }: VerifiedToken,
  place: { readonly accountId: string; readonly region: string },
): PrincipalTag[] {
  const namespace = nameIn(claims, 'kubernetes.io/namespace')
  const serviceAccount = nameIn(claims, 'kubernetes.io/serviceaccount/name')
  if (namespace === undefined || serviceAccount === undefined) {
    throw tokenRejected(
      'The identity token must be that of a Kubernetes service account, with the claim "kubernetes.io".',
    )
  }
  if (subject !== `system:serviceaccount:${namespace}:${serviceAccount}`) {
    throw tokenRejected('The "sub" of the identity token and its claim "kubernetes.io" must be of one service account.')
  }
  const values: Record<(typeof TAG_KEYS)[number], string | undefined> = {
    'eks-cluster-arn': `arn:aws:eks:${place.region}:${place.accountId}:cluster/${cluster}`,
    'eks-cluster-name': cluster,
    'kubernetes-namespace': namespace,
    'kubernetes-service-account': serviceAccount,
    'kubernetes-pod-name': nameIn(claims, 'kubernetes.io/pod/name'),
    'kubernetes-pod-uid': nameIn(claims, 'kubernetes.io/pod/uid'),
  }
  return TAG_KEYS.flatMap((key) => {
    const value = values[key]
    return value === undefined ? [] : [{ key, value }]
  })
}

function nameIn(claims: Claims, claim: string): string | undefined {
  const name = claims.get(claim)
  if (name === undefined) return undefined
  if (typeof name !== 'string' || !OBJECT_NAME.test(name)) {
    throw tokenRejected(`The claim "${claim}" of the identity token must be the name of a Kubernetes object.`)
  }
  return name
}
