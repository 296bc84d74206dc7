import { expect, test } from 'bun:test'
import { formatRegistryHost, parseRegistryHost, registryDomain } from './registry-host.ts'

test('parseRegistryHost() reads the hosts of ECR, under any domain', () => {
  const named = { accountId: '111122223333', region: 'eu-west-1' }
  const cases: readonly [string, string][] = [
    ['111122223333.dkr.ecr.eu-west-1.localhost:5000', 'localhost:5000'],
    ['111122223333.dkr.ecr.eu-west-1.registry.example.com', 'registry.example.com'],
    ['111122223333.dkr-ecr.eu-west-1.on.aws', 'on.aws'],
  ]
  for (const [host, domain] of cases) expect(parseRegistryHost(host)).toEqual({ ...named, domain })
})

test('parseRegistryHost() takes every other host for a bare one', () => {
  const bare = [
    '',
    'localhost:5000',
    '127.0.0.1:5000',
    '11112222333.dkr.ecr.eu-west-1.localhost',
    '1111222233334.dkr.ecr.eu-west-1.localhost',
    'x111122223333.dkr.ecr.eu-west-1.localhost',
    '111122223333.dkr.ecr.eu-west-1',
    '111122223333.dkr.ecr..localhost',
    '111122223333.dkr.ecr.eu-west-1.localhost:',
    '111122223333.dkr.ecr.eu-west-1.localhost:5000:1',
    '111122223333.dkr.ecr.eu-west-1.a/b',
  ]
  for (const host of bare) expect([host, parseRegistryHost(host)]).toEqual([host, undefined])
})

test('registryDomain() says where the other accounts are', () => {
  const domains: readonly [string, string | undefined][] = [
    ['127.0.0.1:5000', 'localhost:5000'],
    ['[::1]:5000', 'localhost:5000'],
    ['localhost', 'localhost'],
    ['registry.example.com', 'registry.example.com'],
    ['111122223333.dkr.ecr.eu-west-1.registry.example.com:8443', 'registry.example.com:8443'],
    ['10.0.0.7:5000', undefined],
    ['[fd00::1]', undefined],
    ['', undefined],
  ]
  for (const [host, domain] of domains) expect([host, registryDomain(host)]).toEqual([host, domain])
})

test('formatRegistryHost() is read back by parseRegistryHost()', () => {
  const named = { accountId: '111122223333', region: 'eu-west-1' }
  const host = formatRegistryHost(named, 'localhost:5000')
  expect(parseRegistryHost(host)).toEqual({ ...named, domain: 'localhost:5000' })
})
