import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CACHE_DIRECTORY } from '../clients/tools.ts'

/** A program of a Kubernetes node that is built from its source, from the Go module proxy. */
interface GoProgram {
  readonly module: string
  readonly version: string
  readonly package: string
}

const KUBERNETES = { module: 'k8s.io/kubernetes', version: 'v1.34.4' }

/** From this version on a kubelet gives credential providers service account tokens without being told to (KEP-4412). */
export const GO_PROGRAMS = {
  etcd: { module: 'go.etcd.io/etcd/server/v3', version: 'v3.7.3', package: 'go.etcd.io/etcd/server/v3' },
  'kube-apiserver': { ...KUBERNETES, package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
  kubelet: { ...KUBERNETES, package: 'k8s.io/kubernetes/cmd/kubelet' },
  'ecr-credential-provider': {
    module: 'k8s.io/cloud-provider-aws',
    version: 'v1.37.1',
    package: 'k8s.io/cloud-provider-aws/cmd/ecr-credential-provider',
  },
} as const satisfies Record<string, GoProgram>

export type GoProgramName = keyof typeof GO_PROGRAMS

/** The version is in the name, so that another version is another file and never taken for this one. */
export function placeOf(name: GoProgramName): string {
  return join(CACHE_DIRECTORY, 'kubernetes', `${name}-${GO_PROGRAMS[name].version}`)
}

/** Where the program is on this machine, or undefined when nobody has built it. */
export function findProgram(name: GoProgramName): string | undefined {
  const place = placeOf(name)
  return existsSync(place) ? place : undefined
}
