import { expect, test } from 'bun:test'
import { Refusal } from '../core/refusal.ts'
import { databaseProblem } from './database-problem.ts'

function refusal(message: string, codes: { code: string; errno?: string }): Refusal {
  return new Refusal(
    'storage-unavailable',
    'It cannot be used.',
    {},
    { cause: Object.assign(new Error(message), codes) },
  )
}

test('databaseProblem() says the server’s own sentence, where the server is and what to look at; never the password', () => {
  const url = 'postgres://lading:hush-hush@db.example:6432/registry?sslmode=require'
  const cases: [Refusal, string][] = [
    [
      refusal('password authentication failed for user "lading"', {
        code: 'ERR_POSTGRES_SERVER_ERROR',
        errno: '28P01',
      }),
      'password authentication failed for user "lading"; check the user and the password in LADING_DATABASE_URL',
    ],
    [
      refusal('Failed to connect', { code: 'ERR_POSTGRES_CONNECTION_REFUSED' }),
      'Failed to connect; check the host and the port, and that the server takes connections from here',
    ],
    [refusal('out of luck', { code: 'ERR_POSTGRES_SERVER_ERROR', errno: 'XX000' }), 'out of luck'],
  ]
  for (const [error, end] of cases) {
    expect(databaseProblem(url, error).message).toBe(
      `the metadata database registry on db.example:6432 cannot be used: ${end}`,
    )
  }
})

test('databaseProblem() knows where PostgreSQL is when the address does not say', () => {
  expect(databaseProblem('postgres:///lading', new Error('x')).message).toContain('lading on localhost:5432')
})
