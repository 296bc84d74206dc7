import { expect, test } from 'bun:test'
import { chooseAddresses, parseTarget } from './fence.ts'

test.each([
  ['http://issuer.example.com/', 'address must begin with https://'],
  ['ftp://issuer.example.com/', 'address must begin with https://'],
  ['file:///etc/passwd', 'address must begin with https://'],
  ['https://issuer.example.com:8443/', 'address must be at port 443'],
  ['https://issuer.example.com:22/', 'address must be at port 443'],
  ['https://user:secret@issuer.example.com/', 'no user, password'],
  ['https://issuer.example.com/#a', 'no user, password'],
  ['https://8.8.8.8/', 'the name of a host'],
  ['https://127.0.0.1/', 'the name of a host'],
  ['https://2130706433/', 'the name of a host'],
  ['https://0x7f.1/', 'the name of a host'],
  ['https://017700000001/', 'the name of a host'],
  ['https://[::1]/', 'the name of a host'],
  ['https://[2606:4700:4700::1111]/', 'the name of a host'],
  ['https://[::ffff:127.0.0.1]/', 'the name of a host'],
  ['issuer.example.com', 'not a URL'],
  [`https://issuer.example.com/${'a'.repeat(3000)}`, 'not a URL'],
])('parseTarget() refuses %s', (url, reason) => {
  expect(() => parseTarget(url, ['trusted.example.com', 'other.example.com:8080'])).toThrow(reason)
})

test('parseTarget() gives what to ask for, and knows what the settings name', () => {
  expect(parseTarget('https://Issuer.Example.com/a/b?c=d', [])).toEqual({
    secure: true,
    hostname: 'issuer.example.com',
    port: 443,
    host: 'issuer.example.com',
    path: '/a/b?c=d',
    trusted: false,
  })
  const settings = ['inside.test', 'inside.test:6443', '10.0.0.1', '[fd00::1]:6443']
  const trusted = (url: string) => parseTarget(url, settings).trusted
  expect(trusted('https://inside.test/')).toBe(true)
  expect(trusted('http://inside.test/')).toBe(true)
  expect(trusted('https://inside.test:6443/')).toBe(true)
  expect(trusted('https://10.0.0.1/')).toBe(true)
  expect(trusted('https://[fd00::1]:6443/')).toBe(true)
  expect(() => trusted('https://inside.test:6444/')).toThrow('port 443')
  expect(() => trusted('https://inside.test.example.com:6443/')).toThrow('port 443')
  expect(() => trusted('https://10.0.0.1:8080/')).toThrow('port 443')
  expect(trusted('https://other.test/')).toBe(false)
})

test('chooseAddresses() takes IPv4 first, and all of them must be public unless the host is trusted', () => {
  const target = parseTarget('https://issuer.example.com/', [])
  expect(chooseAddresses(target, ['2606:4700::1', '8.8.8.8', '1.1.1.1', '9.9.9.9'])).toEqual([
    '8.8.8.8',
    '1.1.1.1',
    '9.9.9.9',
  ])
  expect(() => chooseAddresses(target, ['8.8.8.8', '1.1.1.1', '9.9.9.9', '10.0.0.1'])).toThrow('no public address')
  expect(() => chooseAddresses(target, [])).toThrow('no public address')
  expect(chooseAddresses({ ...target, trusted: true }, ['10.0.0.1'])).toEqual(['10.0.0.1'])
})
