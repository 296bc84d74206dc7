import { expect, test } from 'bun:test'
import { CliProblem } from './cli-problem.ts'
import { defaultEndpoint, isAtHost, parseEndpoint, parseServerHost } from './endpoint.ts'

test('an endpoint is scheme, host and port', () => {
  expect(parseEndpoint('https://registry.example.com/')).toBe('https://registry.example.com')
  expect(parseEndpoint('http://127.0.0.1:5000')).toBe('http://127.0.0.1:5000')
})

test.each([
  'registry.example.com',
  'ftp://registry.example.com',
  'https://me:secret@registry.example.com',
  'https://registry.example.com/path',
  'https://registry.example.com?query',
  '',
])('an endpoint that is more or less than that is refused: %p', (text) => {
  expect(() => parseEndpoint(text)).toThrow(CliProblem)
})

test.each([
  ['registry.example.com', 'registry.example.com'],
  ['Registry.Example.com:5000', 'registry.example.com:5000'],
  ['https://registry.example.com/v2/', 'registry.example.com'],
  ['http://registry.example.com:5000/team/app', 'registry.example.com:5000'],
  ['registry.example.com/team', 'registry.example.com'],
  ['127.0.0.1:8097', '127.0.0.1:8097'],
  ['[::1]:5000', '[::1]:5000'],
])('the host of %s is %s', (text, host) => {
  expect(parseServerHost(text)).toBe(host)
})

test.each([
  'https://me@registry.example.com',
  'me:secret@registry.example.com',
  'registry.example.com\nhttps://evil.example.com',
  'registry.example.com\r\nHost: evil.example.com',
  'registry example com',
  'ftp://registry.example.com',
  'registry.example.com:port',
  'registry.example.com:99999',
  'registry.example.com?a',
  'registry.example.com#a',
  '-registry.example.com',
  '\u202eregistry.example.com',
  'régistry.example.com',
  'https:///path',
  `${'a'.repeat(300)}.example.com`,
  '',
])('what is no name of a server has no host: %p', (text) => {
  expect(parseServerHost(text)).toBeUndefined()
})

test('only what is on this machine is asked without TLS', () => {
  expect(['localhost', 'app.localhost:5000', '127.0.0.1:5000', '[::1]:5000'].map(defaultEndpoint)).toEqual([
    'http://localhost',
    'http://app.localhost:5000',
    'http://127.0.0.1:5000',
    'http://[::1]:5000',
  ])
  const far = ['registry.example.com', 'localhost.example.com:5000', '127.0.0.1.example.com', '10.0.0.1', '127.0.0.10']
  expect(far.map(defaultEndpoint).filter((endpoint) => !endpoint.startsWith('https:'))).toEqual([])
})

test('an endpoint is at a host when the port is the same too', () => {
  expect(isAtHost('http://registry.example.com', 'registry.example.com:80')).toBe(true)
  expect(isAtHost('https://registry.example.com', 'registry.example.com:443')).toBe(true)
  expect(isAtHost('https://registry.example.com', 'registry.example.com:5000')).toBe(false)
  expect(isAtHost('https://registry.example.com', 'registry.example.com.evil.example')).toBe(false)
})
