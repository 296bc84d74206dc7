/** The load client: a process of its own, so that it can be pinned and its time is not the server's. Reads one job, prints its result. */
import { randomBytes, stamped } from './content.ts'
import { mixed, pushImages } from './images.ts'
import type { Job, JobResult } from './job.ts'
import { timePages } from './pages.ts'
import { countHeads, download } from './raw-requests.ts'
import { pushChunked, pushMonolithic } from './registry-client.ts'

async function run(job: Job): Promise<JobResult> {
  switch (job.kind) {
    case 'push-blobs':
      return pushBlobs(job)
    case 'push-files':
      return pushFiles(job)
    case 'push-images':
      return pushImages(job)
    case 'mixed':
      return mixed(job)
    case 'heads':
      return timed(() => countHeads(job.target, job.path, job.connections, job.seconds))
    case 'download': {
      const result = await timed(() => download(job.target, job.path))
      return { ...result, bytes: result.done, done: 1 }
    }
    case 'pages': {
      const latencies = await timePages(job.target, job.first, job.pages, job.seconds)
      const seconds = latencies.reduce((sum, latency) => sum + latency, 0) / 1000
      return { seconds, done: latencies.length, bytes: 0, latenciesMs: { page: latencies } }
    }
  }
}

async function pushBlobs(job: Extract<Job, { kind: 'push-blobs' }>): Promise<JobResult> {
  const base = randomBytes(job.blobBytes)
  const blobs = Array.from({ length: job.count }, (_, index) => stamped(base, `${job.seed}-${index}`))
  const { seconds } = await timed(async () => {
    for (const blob of blobs) {
      if (job.how === 'chunked') await pushChunked(job.target, job.repository, blob)
      else await pushMonolithic(job.target, job.repository, blob.digest, blob.bytes)
    }
    return job.count
  })
  return { seconds, done: job.count, bytes: job.count * job.blobBytes, latenciesMs: {} }
}

async function pushFiles(job: Extract<Job, { kind: 'push-files' }>): Promise<JobResult> {
  const files = job.files.map(({ path, digest }) => ({ digest, body: Bun.file(path) }))
  const push = ({ digest, body }: (typeof files)[number]) => pushMonolithic(job.target, job.repository, digest, body)
  const result = await timed(async () => (await Promise.all(files.map(push))).length)
  return { ...result, bytes: files.reduce((sum, file) => sum + file.body.size, 0) }
}

async function timed(work: () => Promise<number>): Promise<JobResult> {
  const before = performance.now()
  const done = await work()
  return { seconds: (performance.now() - before) / 1000, done, bytes: 0, latenciesMs: {} }
}

// what the harness writes is a Job: both are this folder's
const job = (await Bun.stdin.json()) as Job
console.log(JSON.stringify(await run(job)))
process.exit(0) // keep-alive connections must not hold the process up
