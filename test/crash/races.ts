import { callEcr } from './call-ecr.ts'
import { blobOf, imageOf } from './content.ts'
import { type Answer, RegistryClient, sha256 } from './registry-client.ts'

const RACERS = 200
const ROUNDS = 20

/** Many pushes of different images to one immutable tag at once: one wins, all others are told no, and the winner stays. */
export async function raceForOneTag(url: string): Promise<string> {
  const client = new RegistryClient(url)
  await callEcr(url, 'CreateRepository', { repositoryName: 'race/locked', imageTagMutability: 'IMMUTABLE' })
  const layer = blobOf('race layer')
  const configs = Array.from({ length: RACERS }, (_, racer) => blobOf(`race config ${racer}`))
  for (const blob of [layer, ...configs]) await upload(client, 'race/locked', blob)
  const images = configs.map((config) => imageOf(config, [layer]))
  const put = (image: (typeof images)[number]) =>
    client.send('PUT', '/v2/race/locked/manifests/v1', { body: image.text, type: image.type })
  const answers = await Promise.all(images.map(put))
  const winners = images.filter((_, index) => answers[index]?.status === 201)
  const others = new Set(answers.map(({ status }) => status).filter((status) => status !== 201))
  if (winners.length !== 1) throw new Error(`${winners.length} of ${RACERS} won`)
  if ([...others].some((status) => status < 400 || status >= 500)) throw new Error(`losers got ${[...others]}`)
  const tag = await client.send('GET', '/v2/race/locked/manifests/v1')
  if (sha256(tag.bytes) !== winners[0]?.digest) throw new Error('the tag is not the winner’s')
  return `1 of ${RACERS} won, the others got ${[...others]}`
}

/** The same layer pushed to two repositories at once: both have it. */
export async function raceForOneLayer(url: string): Promise<string> {
  const client = new RegistryClient(url)
  const repositories = ['race/left', 'race/right']
  for (let round = 0; round < ROUNDS; round += 1) {
    const bytes = crypto.getRandomValues(new Uint8Array(60_000))
    const blob = { bytes, digest: sha256(bytes) }
    await Promise.all(repositories.flatMap((name) => [upload(client, name, blob), upload(client, name, blob)]))
    for (const name of repositories) {
      const answer = await client.send('GET', `/v2/${name}/blobs/${blob.digest}`)
      if (sha256(answer.bytes) !== blob.digest) throw new Error(`${name} reads back ${answer.status}`)
    }
  }
  return `${ROUNDS} rounds, 4 pushes each, all 201`
}

/** Two chunks sent to one session at once: one after the other or one alone, never mixed. */
export async function raceOnOneUpload(url: string): Promise<string> {
  const client = new RegistryClient(url)
  const seen: Record<string, number> = {}
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = await client.send('POST', '/v2/race/left/blobs/uploads/')
    const location = started.headers.get('location') ?? ''
    const chunks = ['a', 'b'].map((letter) => new Uint8Array(200_000).fill(letter.charCodeAt(0)))
    const answers = await Promise.all(chunks.map((body) => client.send('PATCH', location, { body })))
    const outcome = await finish(client, location, answers, chunks)
    seen[outcome] = (seen[outcome] ?? 0) + 1
  }
  return JSON.stringify(seen)
}

/** Ends the session with the digest that only the unmixed chunks have, in the order that the answers tell. */
async function finish(
  client: RegistryClient,
  location: string,
  answers: readonly Answer[],
  chunks: readonly Uint8Array[],
): Promise<string> {
  const statuses = answers.map(({ status }) => status)
  if (statuses.some((status) => status !== 202 && status !== 416)) throw new Error(`PATCHes answered ${statuses}`)
  const accepted = answers
    .map((answer, index) => ({ answer, chunk: chunks[index] ?? new Uint8Array(), name: 'ab'[index] ?? '' }))
    .filter(({ answer }) => answer.status === 202)
    // `Range: 0-<end>` says where the session stood after this chunk, and so which came first.
    .sort((one, other) => endOf(one.answer) - endOf(other.answer))
  if (accepted.length === 0) throw new Error('both PATCHes were refused')
  const content = Buffer.concat(accepted.map(({ chunk }) => chunk))
  const answer = await client.send('PUT', `${location}?digest=${sha256(content)}`)
  if (answer.status !== 201) throw new Error(`the chunks were mixed, or lost: ${statuses}, then ${answer.status}`)
  return accepted.map(({ name }) => name).join(' then ')
}

function endOf(answer: Answer): number {
  return Number(answer.headers.get('range')?.split('-')[1])
}

async function upload(client: RegistryClient, repository: string, blob: { bytes: Uint8Array; digest: string }) {
  const path = `/v2/${repository}/blobs/uploads/?digest=${blob.digest}`
  const answer = await client.send('POST', path, { body: blob.bytes, type: 'application/octet-stream' })
  if (answer.status !== 201) throw new Error(`pushing to ${repository}: ${answer.status}`)
}
