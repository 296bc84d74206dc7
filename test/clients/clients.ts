import { anonymous } from './anonymous.ts'
import { awsV1, awsV2 } from './aws-cli.ts'
import { boto3 } from './boto3.ts'
import { buildah } from './buildah.ts'
import { conformance } from './conformance.ts'
import { containerd } from './containerd.ts'
import { cosign } from './cosign.ts'
import { crane } from './crane.ts'
import { credentialHelper } from './credential-helper.ts'
import { docker } from './docker.ts'
import { exampleCentralAccount } from './example-central-account.ts'
import { exampleCi } from './example-ci.ts'
import { exampleGovernance } from './example-governance.ts'
import { exampleTeamNamespaces } from './example-team-namespaces.ts'
import { examples } from './examples.ts'
import { helm } from './helm.ts'
import { interrupted } from './interrupted.ts'
import { jsSdk } from './js-sdk.ts'
import { oras } from './oras.ts'
import { podman } from './podman.ts'
import { readme } from './readme.ts'
import { regctl } from './regctl.ts'
import { skopeo } from './skopeo.ts'
import type { Client } from './steps.ts'
import { terraform } from './terraform.ts'

/** Every client there is, in the order in which they run: the conformance suite first, for it says most. */
export const CLIENTS: readonly Client[] = [
  conformance,
  skopeo,
  podman,
  buildah,
  docker,
  containerd,
  crane,
  oras,
  regctl,
  helm,
  cosign,
  credentialHelper,
  awsV1,
  awsV2,
  boto3,
  jsSdk,
  terraform,
  anonymous,
  interrupted,
  examples,
  exampleTeamNamespaces,
  exampleGovernance,
  exampleCentralAccount,
  exampleCi,
  readme,
]
