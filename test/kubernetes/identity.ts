import type { Endpoint } from '../clients/server.ts'
import { StepSkipped } from '../clients/steps.ts'
import type { Cluster } from './cluster.ts'

/** What a registry has been told of a cluster. */
export interface Identity {
  /** The ARN of the role that every service account of the cluster may take on. */
  readonly roleArn: string
}

/** What tokens are issued for: our own program's and the controller's, and that of the upstream provider. */
export const AUDIENCES = ['registry.example.com', 'sts.amazonaws.com'] as const

/**
 * Tells the registry of the cluster, as an administrator would: its public keys as an OIDC provider with both audiences
 * (`fetchJwks(cluster.api)`, `ISSUER`), a role that trusts it, and one policy on that role, which lets a namespace pull
 * what lies under its own name (`${aws:PrincipalTag/kubernetes-namespace}/*`) and nothing else. Called once for each
 * scenario: what is there already is found again.
 *
 * @throws {StepSkipped} when the registry cannot be told
 */
export async function setUpIdentity(_registry: Endpoint, _cluster: Cluster): Promise<Identity> {
  throw new StepSkipped('the registry has no OIDC providers and no roles yet (test/kubernetes/identity.ts)')
}
