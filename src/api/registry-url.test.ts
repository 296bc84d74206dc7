import { expect, test } from 'bun:test'
import { registryUrl } from './registry-url.ts'

const DEFAULT = '000000000000'
const other = { accountId: '111122223333', region: 'eu-west-1' }
const own = { accountId: DEFAULT, region: 'eu-west-1' }

test('registryUrl() is the bare host for the default account, and a host of its own for every other', () => {
  const rows: readonly [string, typeof own, string][] = [
    ['http://127.0.0.1:5000', own, 'http://127.0.0.1:5000'],
    ['http://127.0.0.1:5000', other, 'http://111122223333.dkr.ecr.eu-west-1.localhost:5000'],
    ['https://registry.example', own, 'https://registry.example'],
    ['https://registry.example', other, 'https://111122223333.dkr.ecr.eu-west-1.registry.example'],
    ['http://10.0.0.7:5000', other, 'http://10.0.0.7:5000'],
  ]
  for (const [url, registry, expected] of rows) expect(registryUrl(url, registry, DEFAULT)).toBe(expected)
})

test('registryUrl() goes from the host of one account to that of another', () => {
  const hostOf = (account: string) => `https://${account}.dkr.ecr.eu-west-1.registry.example`
  expect(registryUrl(hostOf('111122223333'), other, DEFAULT)).toBe(hostOf('111122223333'))
  expect(registryUrl(hostOf('111122223333'), own, DEFAULT)).toBe(hostOf(DEFAULT))
  expect(registryUrl(hostOf(DEFAULT), other, DEFAULT)).toBe(hostOf('111122223333'))
})
