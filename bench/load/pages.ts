import { createHash, createHmac } from 'node:crypto'
import type { PageRequest, Target } from './job.ts'

/** Asks for one page after the other and times each until its last byte; begins again after the last page. */
export async function timePages(target: Target, first: PageRequest, pages: number, seconds: number): Promise<number[]> {
  const latenciesMs: number[] = []
  const deadline = performance.now() + seconds * 1000
  let next: string | undefined
  while (latenciesMs.length < pages && (performance.now() < deadline || latenciesMs.length === 0)) {
    const request = first.how === 'link' ? linkRequest(target, first.path, next) : describeRequest(target, first, next)
    const before = performance.now()
    const response = await fetch(request)
    const body = await response.text()
    latenciesMs.push(performance.now() - before)
    if (response.status !== 200) throw new Error(`${request.url}: ${response.status} ${body.slice(0, 500)}`)
    next = first.how === 'link' ? linkOf(response) : (JSON.parse(body).nextToken ?? undefined)
  }
  return latenciesMs
}

function linkRequest(target: Target, path: string, next: string | undefined): Request {
  const headers = target.authorization ? { authorization: target.authorization } : {}
  return new Request(new URL(next ?? path, target.baseUrl), { headers })
}

function linkOf(response: Response): string | undefined {
  return response.headers.get('link')?.match(/<([^>]+)>\s*;\s*rel="?next"?/)?.[1]
}

type DescribeImages = Extract<PageRequest, { how: 'describe-images' }>

function describeRequest(target: Target, { repository, key }: DescribeImages, nextToken: string | undefined): Request {
  const body = JSON.stringify({ repositoryName: repository, maxResults: 1000, ...(nextToken ? { nextToken } : {}) })
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '')
  const signed: Record<string, string> = {
    'content-type': 'application/x-amz-json-1.1',
    host: new URL(target.baseUrl).host,
    'x-amz-date': date,
    'x-amz-target': 'AmazonEC2ContainerRegistry_V20150921.DescribeImages',
  }
  const names = Object.keys(signed).join(';')
  const lines = Object.entries(signed).map(([name, value]) => `${name}:${value}\n`)
  const canonical = ['POST', '/', '', lines.join(''), names, sha256(body)].join('\n')
  const scope = `${date.slice(0, 8)}/us-east-1/ecr/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')
  let signingKey: Buffer = Buffer.from(`AWS4${key.secretAccessKey}`)
  for (const part of scope.split('/')) signingKey = hmac(signingKey, part)
  const credential = `Credential=${key.accessKeyId}/${scope}, SignedHeaders=${names}`
  const authorization = `AWS4-HMAC-SHA256 ${credential}, Signature=${hmac(signingKey, toSign).toString('hex')}`
  return new Request(`${target.baseUrl}/`, { method: 'POST', body, headers: { ...signed, authorization } })
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
