import { hostname } from 'node:os'
import type { Installation } from './compose.ts'
import type { Config } from './config.ts'
import { VERSION } from './version.ts'

/** What a start says: how to begin, the first time, and one line afterwards. */
export function formatStart(config: Config, installation: Installation, addresses: readonly string[]): string {
  const listens = addresses[0] ?? ''
  const url = config.externalUrl ?? reachable(listens)
  const everywhere =
    config.externalUrl === undefined && url !== listens ? ' and every other address of this machine' : ''
  const also = addresses[1] === undefined ? '' : `, and without a login, read only, on ${reachable(addresses[1])}`
  const line = `Lading ${VERSION} serves account ${config.accountId} in ${config.region} on ${url}${everywhere}${also}.`
  if (!installation.isFirstStart) return `${line}\n`
  return `${line}\n${formatWelcome(config, installation, url)}${everywhere === '' ? '' : externalUrlAdvice(url)}`
}

/**
 * An address that clients can use: "every address" is none. Without TLS docker takes no other than 127.0.0.1; a
 * certificate is for a name.
 */
function reachable(address: string): string {
  const { protocol, hostname: host, port } = new URL(address)
  if (host !== '[::]' && host !== '0.0.0.0') return address
  return new URL(`${protocol}//${protocol === 'https:' ? hostname() : '127.0.0.1'}:${port}`).origin
}

function externalUrlAdvice(url: string): string {
  const { protocol, port } = new URL(url)
  const example = new URL(`${protocol}//${hostname()}:${port}`).origin
  const plain =
    protocol === 'https:'
      ? ''
      : ' docker takes it only with TLS (LADING_TLS_CERT and LADING_TLS_KEY), or where "insecure-registries" in its daemon.json has it.'
  return `Other machines need another address than this one: set LADING_EXTERNAL_URL, such as ${example}.${plain}\n\n`
}

function formatWelcome(config: Config, { rootKey, rootKeyFile }: Installation, url: string): string {
  const host = new URL(url).host
  const isPlain = url.startsWith('http:')
  const login = `login --username ${rootKey.accessKeyId} --password-stdin ${host}`
  const aws = `aws --profile lading --region ${config.region} --endpoint-url ${url} ecr`
  return `
${keptAt(rootKeyFile)} This is shown once.

  # docker and podman
  ${secretCommand(rootKeyFile)} | docker ${login}
  ${secretCommand(rootKeyFile)} | podman ${isPlain ? login.replace('login', 'login --tls-verify=false') : login}

  # the AWS CLI
  ${profileCommand(installationProfile(rootKeyFile))}
  ${aws} get-login-password | docker login --username AWS --password-stdin ${host}

  # a repository, and an image in it
  ${aws} create-repository --repository-name team/app${config.createOnPush ? '   # or just push: it is created' : ''}
  docker tag IMAGE ${host}/team/app:1 && docker push ${host}/team/app:1

${isPlain ? '' : certificateAdvice(host)}`
}

/** Every client has a place of its own for a CA that the system does not know. */
function certificateAdvice(host: string): string {
  return `If the certificate is of a CA of your own, clients must be told: docker by /etc/docker/certs.d/${host}/ca.crt,
podman by --cert-dir, the AWS CLI by AWS_CA_BUNDLE.

`
}

function keptAt(rootKeyFile: string | undefined): string {
  if (rootKeyFile === undefined) return 'The root key is the one that LADING_ROOT_ACCESS_KEY_ID names.'
  return `The root key is in ${rootKeyFile}, readable by you alone.`
}

function secretCommand(rootKeyFile: string | undefined): string {
  if (rootKeyFile === undefined) return `printf %s "$LADING_ROOT_SECRET_ACCESS_KEY"`
  return `sed -n 's/.*"SecretAccessKey": "\\(.*\\)".*/\\1/p' ${quoteForShell(rootKeyFile)}`
}

/** A program that prints the key as the AWS CLI takes it. */
function installationProfile(rootKeyFile: string | undefined): string | undefined {
  return rootKeyFile === undefined ? undefined : `cat ${quoteForShell(rootKeyFile)}`
}

function profileCommand(credentialProcess: string | undefined): string {
  if (credentialProcess !== undefined) {
    return `aws configure set profile.lading.credential_process ${quoteForShell(credentialProcess)}`
  }
  return [
    'aws configure set profile.lading.aws_access_key_id "$LADING_ROOT_ACCESS_KEY_ID"',
    'aws configure set profile.lading.aws_secret_access_key "$LADING_ROOT_SECRET_ACCESS_KEY"',
  ].join('\n  ')
}

function quoteForShell(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
