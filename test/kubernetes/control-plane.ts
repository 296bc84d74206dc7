import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../clients/command.ts'
import { findFreePort } from '../clients/server.ts'
import { KubeApi } from './kube-api.ts'
import { type NodeProcess, startProcess } from './node-process.ts'
import { placeOf } from './programs.ts'

/** What tokens of service accounts carry as `iss` in every cluster that nobody has set up otherwise. */
export const ISSUER = 'https://kubernetes.default.svc.cluster.local'
export const NODE_NAME = 'node1'

/** etcd and a kube-apiserver; no scheduler and no controllers run. */
export interface ControlPlane {
  readonly url: string
  readonly certificateFile: string
  /** As cluster administrator. */
  readonly api: KubeApi
  readonly nodeToken: string
  /** In the order in which they are to be ended. */
  readonly processes: readonly NodeProcess[]
}

export async function startControlPlane(directory: string): Promise<ControlPlane> {
  const etcd = await startEtcd(directory)
  const tokens = { admin: randomToken(), node: randomToken() }
  const url = `https://127.0.0.1:${await findFreePort()}`
  const certificates = join(directory, 'certificates')
  const certificateFile = join(certificates, 'apiserver.crt')
  const settings = await writeSettings(directory, tokens)
  const apiserver = await startProcess({
    command: [
      ...[placeOf('kube-apiserver'), `--etcd-servers=${etcd.url}`, ...settings],
      ...[`--secure-port=${new URL(url).port}`, '--bind-address=127.0.0.1', `--cert-dir=${certificates}`],
      ...[`--service-account-issuer=${ISSUER}`, '--service-cluster-ip-range=10.0.0.0/24'],
      ...['--authorization-mode=Node,RBAC', '--enable-admission-plugins=NodeRestriction'],
    ],
    logFile: join(directory, 'kube-apiserver.log'),
    isReady: async () => {
      const ca = await Bun.file(certificateFile).text()
      const answer = await new KubeApi({ url, token: tokens.admin, ca }).ask<string>('/readyz')
      return answer === 'ok'
    },
  })
  const ca = await Bun.file(certificateFile).text()
  const api = new KubeApi({ url, token: tokens.admin, ca })
  return { url, certificateFile, api, nodeToken: tokens.node, processes: [apiserver, etcd.process] }
}

async function startEtcd(directory: string): Promise<{ url: string; process: NodeProcess }> {
  const [url, peer] = [`http://127.0.0.1:${await findFreePort()}`, `http://127.0.0.1:${await findFreePort()}`]
  const process = await startProcess({
    command: [
      ...[placeOf('etcd'), '--data-dir', join(directory, 'etcd'), '--unsafe-no-fsync'],
      ...['--listen-client-urls', url, '--advertise-client-urls', url],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
    ],
    logFile: join(directory, 'etcd.log'),
    isReady: async () => (await fetch(`${url}/health`)).ok,
  })
  return { url, process }
}

/** Who may ask the API, and with what it signs tokens of service accounts. */
async function writeSettings(directory: string, tokens: { admin: string; node: string }): Promise<readonly string[]> {
  await mkdir(directory, { recursive: true })
  const [tokenFile, keyFile] = [join(directory, 'tokens.csv'), join(directory, 'service-accounts.key')]
  await Bun.write(
    tokenFile,
    `${tokens.admin},admin,1,"system:masters"\n${tokens.node},system:node:${NODE_NAME},2,"system:nodes"\n`,
  )
  await run(['openssl', 'genrsa', '-out', keyFile, '2048'])
  await Promise.all([chmod(tokenFile, 0o600), chmod(keyFile, 0o600)])
  return [
    `--token-auth-file=${tokenFile}`,
    `--service-account-key-file=${keyFile}`,
    `--service-account-signing-key-file=${keyFile}`,
  ]
}

function randomToken(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString('hex')
}
