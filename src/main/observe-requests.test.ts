import { expect, test } from 'bun:test'
import { Metrics } from '../adapters/metrics/metrics.ts'
import { Refusal } from '../core/refusal.ts'
import type { LogFields } from '../ports/log.ts'
import { observeRequests } from './observe-requests.ts'

test('observeRequests() says why a storage refusal came, which the caller is not told', () => {
  const lines: Array<LogFields | undefined> = []
  const log = {
    writes: () => true,
    write: (_level: string, _message: string, fields?: LogFields) => lines.push(fields),
  }
  const cause = new Error('ENOSPC: no space left on device, fdatasync')
  const refusal = new Refusal('storage-full', 'The storage is full.', {}, { cause })
  observeRequests(
    new Metrics(),
    log,
  )({
    request: new Request('http://127.0.0.1/v2/team/app/blobs/uploads/', { method: 'POST' }),
    response: new Response('{}', { status: 507 }),
    path: '/v2/team/app/blobs/uploads/',
    durationMs: 1,
    context: {
      requestId: 'r',
      clientAddress: '127.0.0.1',
      secure: false,
      userAgent: undefined,
      anonymousListener: false,
      host: '127.0.0.1',
      principal: 'arn:aws:iam::000000000000:root',
      operation: 'upload-start',
      target: { repository: 'team/app' },
      refused: { refusal, code: 'DENIED' },
      receivedBytes: () => 0,
    },
  })
  expect(lines).toMatchObject([{ repository: 'team/app', code: 'DENIED', reason: 'The storage is full.', cause }])
})

test('observeRequests() names what was found in a policy that was saved, by its codes alone', () => {
  const lines: Array<LogFields | undefined> = []
  const log = {
    writes: () => true,
    write: (_level: string, _message: string, fields?: LogFields) => lines.push(fields),
  }
  const finding = { severity: 'warning', code: 'unknown-action', where: 'Statement[0]', message: 'x' } as const
  observeRequests(
    new Metrics(),
    log,
  )({
    request: new Request('http://127.0.0.1/', { method: 'POST' }),
    response: new Response('<x/>'),
    path: '/',
    durationMs: 1,
    context: {
      requestId: 'r',
      clientAddress: '127.0.0.1',
      secure: false,
      userAgent: undefined,
      anonymousListener: false,
      host: '127.0.0.1',
      operation: 'PutRolePolicy',
      policyFindings: Array.from({ length: 100 }, () => finding),
      receivedBytes: () => 0,
    },
  })
  expect(lines).toMatchObject([{ policyFindings: Array.from({ length: 20 }, () => 'unknown-action') }])
})
