import type { RegistryClient } from './registry-client.ts'
import { textOf } from './registry-client.ts'
import type { RigWorld } from './world.ts'

const PAGE = 1000
const PATTERN = JSON.stringify({ 'detail-type': ['ECR Image Action'], detail: { 'action-type': ['PUSH'] } })

/** Events get their places some moments after a start; a push that none tells of by then is lost. */
const TOLD_WITHIN_MS = 10_000

/**
 * Reads the events that came since the last time, and records pushes of tags that were acknowledged and have none, and
 * events of what nobody pushed. @returns reads made
 */
export async function verifyEvents(client: RegistryClient, world: EventWorld): Promise<number> {
  const untold = () => [...world.pushes.acknowledged].filter((push) => !world.pushes.told.has(push))
  const endMs = performance.now() + TOLD_WITHIN_MS
  let reads = await readEvents(client, world)
  while (untold().length > 0 && performance.now() < endMs) {
    await Bun.sleep(50)
    reads += await readEvents(client, world)
  }
  for (const push of untold()) world.violation(`${push}: was acknowledged, and no event tells of it`)
  return reads
}

async function readEvents(client: RegistryClient, world: EventWorld): Promise<number> {
  const { pushes } = world
  let reads = 0
  for (let next: number | undefined = pushes.readUpTo; next !== undefined; ) {
    const answer = await client.send(
      'GET',
      `/api/v1/events?after=${next}&limit=${PAGE}&pattern=${encodeURIComponent(PATTERN)}`,
    )
    reads += 1
    if (answer.status !== 200) {
      world.violation(`events: ${answer.status} ${textOf(answer)}`)
      return reads
    }
    const page: EventPage = JSON.parse(Buffer.from(answer.bytes).toString())
    for (const { sequence, event } of page.events) {
      pushes.readUpTo = sequence
      noteTold(event.detail, world)
    }
    next = page.next
  }
  return reads
}

type EventWorld = Pick<RigWorld, 'pushes' | 'violation'>

interface EventPage {
  readonly events: readonly { readonly sequence: number; readonly event: { readonly detail: PushDetail } }[]
  readonly next?: number
}

interface PushDetail {
  readonly 'repository-name': string
  readonly 'image-digest': string
  readonly 'image-tag'?: string
}

function noteTold(detail: PushDetail, world: EventWorld): void {
  if (detail['image-tag'] === undefined) return
  const push = pushKey(detail['repository-name'], detail['image-tag'], detail['image-digest'])
  world.pushes.told.add(push)
  if (!world.pushes.begun.has(push)) world.violation(`${push}: an event tells of what nobody pushed`)
}

export function pushKey(repository: string, tag: string, digest: string): string {
  return `push ${repository}:${tag}@${digest}`
}
