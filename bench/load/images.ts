import { type Image, imageOf, randomBytes, stamped } from './content.ts'
import type { Job, JobResult } from './job.ts'
import { pullImage, pushImage } from './registry-client.ts'

const PULLED_IMAGES = 16
/** More images a second than any server here takes; when they run out the push half of a mixed run ends early, with an error. */
const MOST_PUSHES_PER_SECOND = 200

/** Only the layer's stamp is kept per image: its bytes are made when it is sent, so that many fit in memory. */
function makeImages(count: number, layerBytes: number, seed: string): (() => Image)[] {
  const base = randomBytes(layerBytes)
  return Array.from({ length: count }, (_, index) => {
    const stamp = `${seed}-${index}`
    const { digest } = stamped(base, stamp)
    const image = imageOf(stamp, [{ digest, bytes: base }])
    return () => ({ ...image, layer: { digest, bytes: restamp(base, stamp) } })
  })
}

function restamp(base: Uint8Array<ArrayBuffer>, stamp: string): Uint8Array<ArrayBuffer> {
  const bytes = base.slice()
  bytes.set(new TextEncoder().encode(stamp))
  return bytes
}

export async function pushImages(job: Extract<Job, { kind: 'push-images' }>): Promise<JobResult> {
  const images = makeImages(job.images, job.layerBytes, job.seed)
  const latencies: number[] = []
  const before = performance.now()
  const client = async () => {
    for (let make = images.pop(); make !== undefined; make = images.pop()) {
      latencies.push(await timed(() => pushImage(job.target, job.repository, make())))
    }
  }
  await Promise.all(Array.from({ length: job.clients }, client))
  const seconds = (performance.now() - before) / 1000
  return { seconds, done: job.images, bytes: job.images * job.layerBytes, latenciesMs: { push: latencies } }
}

export async function mixed(job: Extract<Job, { kind: 'mixed' }>): Promise<JobResult> {
  const present = makeImages(PULLED_IMAGES, job.layerBytes, `${job.seed}-present`).map((make) => make())
  for (const image of present) await pushImage(job.target, job.repository, image)
  const fresh = makeImages(Math.ceil(job.seconds * MOST_PUSHES_PER_SECOND), job.layerBytes, job.seed)
  const latenciesMs = { pull: [] as number[], push: [] as number[] }
  const before = performance.now()
  const client = async (_: unknown, index: number) => {
    for (let turn = index; performance.now() - before < job.seconds * 1000; turn++) {
      const make = turn % 4 === 0 ? fresh.pop() : undefined
      if (turn % 4 === 0 && make === undefined) throw new Error('the mixed load ran out of images to push')
      // `present` is never empty, and the index stays inside it
      const old = present[turn % PULLED_IMAGES] as Image
      if (make) latenciesMs.push.push(await timed(() => pushImage(job.target, job.repository, make())))
      else latenciesMs.pull.push(await timed(() => pullImage(job.target, job.repository, old)))
    }
  }
  await Promise.all(Array.from({ length: job.clients }, client))
  const done = latenciesMs.pull.length + latenciesMs.push.length
  return { seconds: (performance.now() - before) / 1000, done, bytes: done * job.layerBytes, latenciesMs }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const before = performance.now()
  await work()
  return performance.now() - before
}
