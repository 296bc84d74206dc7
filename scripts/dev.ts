/**
 * `npm run dev`: a server on a data folder of its own that starts anew when a source file changes. The first time it is
 * filled, through its own HTTP API, with what a registry usually holds. Settings are those of `npm start`.
 */
import { join } from 'node:path'
import { digestOf } from '../src/core/content-digest.ts'

const REPOSITORY = 'team/hello'
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const CONFIG = 'application/vnd.oci.image.config.v1+json'
const SIGNATURE = 'application/vnd.dev.cosign.artifact.sig.v1+json'

const environment: Record<string, string | undefined> & { readonly LADING_DATA: string } = {
  LADING_CREATE_ON_PUSH: 'true',
  ...process.env,
  LADING_DATA: process.env.LADING_DATA ?? './data/dev',
}
// `--watch` begins the same process anew, so it stays one child whatever changes.
const serve = ['--no-env-file', '--no-orphans', '--watch', '--no-clear-screen', 'src/main/lading.ts', 'serve']
const server = Bun.spawn([process.execPath, ...serve], { env: environment, stdout: 'pipe', stderr: 'inherit' })
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => server.kill(signal))

interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

interface Manifest {
  readonly subject?: Descriptor
  readonly [member: string]: unknown
}

/** Calls the OCI API as root; an answer that is no success ends the seeding. */
class Client {
  readonly #url: string
  readonly #authorization: string

  constructor(url: string, key: { readonly id: string; readonly secret: string }) {
    this.#url = url
    this.#authorization = `Basic ${btoa(`${key.id}:${key.secret}`)}`
  }

  async send(method: string, path: string, body?: Uint8Array<ArrayBuffer>, contentType?: string): Promise<Response> {
    const headers = { authorization: this.#authorization, ...(contentType && { 'content-type': contentType }) }
    const response = await fetch(`${this.#url}/v2/${path}`, { method, headers, ...(body && { body }) })
    if (response.ok) return response
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  }

  async pushBlob(mediaType: string, bytes: Uint8Array<ArrayBuffer>): Promise<Descriptor> {
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.byteLength }
    await this.send('POST', `${REPOSITORY}/blobs/uploads/?digest=${descriptor.digest}`, bytes)
    return descriptor
  }

  /** @param tags none for one that is found by its digest alone */
  async pushManifest(mediaType: string, members: Manifest, ...tags: readonly string[]): Promise<Descriptor> {
    const bytes = jsonBytes({ schemaVersion: 2, mediaType, ...members })
    const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.byteLength }
    const [reference = descriptor.digest, ...others] = tags
    const query = others.map((tag) => `tag=${tag}`).join('&')
    await this.send('PUT', `${REPOSITORY}/manifests/${reference}?${query}`, bytes, mediaType)
    return descriptor
  }
}

function jsonBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(JSON.stringify(value)))
}

async function pushImage(client: Client, architecture: string): Promise<Descriptor & { platform: object }> {
  const files = new Bun.Archive({ 'hello.txt': `Hello from a registry, ${architecture}.\n` })
  const layer = await client.pushBlob('application/vnd.oci.image.layer.v1.tar', await files.bytes())
  const platform = { architecture, os: 'linux' }
  const settings = { ...platform, config: {}, rootfs: { type: 'layers', diff_ids: [layer.digest] } }
  const config = await client.pushBlob(CONFIG, jsonBytes(settings))
  return { ...(await client.pushManifest(MANIFEST, { config, layers: [layer] })), platform }
}

async function seed(client: Client): Promise<void> {
  const manifests = [await pushImage(client, 'amd64'), await pushImage(client, 'arm64')]
  const index = await client.pushManifest(INDEX, { manifests }, '1.0', 'latest')
  const config = await client.pushBlob('application/vnd.oci.empty.v1+json', jsonBytes({}))
  const statement = await client.pushBlob('application/json', jsonBytes({ example: true, says: 'it signs nothing' }))
  await client.pushManifest(MANIFEST, { artifactType: SIGNATURE, config, layers: [statement], subject: index })
}

async function describe(client: Client): Promise<string> {
  const { tags } = await (await client.send('GET', `${REPOSITORY}/tags/list`)).json()
  const { manifests } = await (await client.send('GET', `${REPOSITORY}/manifests/latest`)).json()
  const head = await client.send('HEAD', `${REPOSITORY}/manifests/latest`)
  const digest = head.headers.get('docker-content-digest')
  const referrers = (await (await client.send('GET', `${REPOSITORY}/referrers/${digest}`)).json()).manifests
  const platforms = manifests.map(({ platform }: { platform: { architecture: string } }) => platform.architecture)
  const types = referrers.map(({ artifactType }: { artifactType: string }) => artifactType)
  return `${REPOSITORY}
  tags       ${tags.join(', ')}
  latest     ${digest}, an index for ${platforms.join(' and ')}
  referrers  ${types.join(', ')}
`
}

async function listRepositories(client: Client): Promise<string[]> {
  return (await (await client.send('GET', '_catalog')).json()).repositories
}

/** The key that the settings give, else the one that the first start has made. */
async function readRootKey(): Promise<{ id: string; secret: string }> {
  const { LADING_ROOT_ACCESS_KEY_ID: id, LADING_ROOT_SECRET_ACCESS_KEY: secret, LADING_DATA: folder } = environment
  if (id !== undefined && secret !== undefined) return { id, secret }
  const made = await Bun.file(join(folder, 'root-credentials.json')).json()
  return { id: made.AccessKeyId, secret: made.SecretAccessKey }
}

async function fill(url: string): Promise<void> {
  try {
    const client = new Client(url, await readRootKey())
    if ((await listRepositories(client)).length === 0) await seed(client)
    const repositories = await listRepositories(client)
    process.stdout.write(`In it: ${repositories.join(', ')}\n`)
    if (repositories.includes(REPOSITORY)) process.stdout.write(await describe(client))
  } catch (error) {
    console.error(`dev: the server runs, but could not be filled: ${error instanceof Error ? error.message : error}`)
  }
}

/** Shows what the server says, and looks in it for the first line, which says where it serves. */
async function follow(stdout: ReadableStream<Uint8Array>): Promise<void> {
  const decoder = new TextDecoder()
  let said = ''
  let isFilled = false
  for await (const chunk of stdout) {
    process.stdout.write(chunk)
    if (isFilled) continue
    said += decoder.decode(chunk, { stream: true })
    const url = /^.* on (https?:\/\/[^\s,]+[^\s,.])[\s\S]*\n/.exec(said)?.[1]
    if (url === undefined) continue
    isFilled = true
    void fill(url)
  }
}

await follow(server.stdout)
process.exit((await server.exited) || (server.signalCode === null ? 0 : 128))
