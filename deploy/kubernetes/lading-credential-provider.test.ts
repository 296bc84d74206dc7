import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const PROGRAM = join(import.meta.dir, 'lading-credential-provider')
const ROLE = 'arn:aws:iam::000000000000:role/pull'
const ANNOTATION = 'lading.dev/role-arn'
const API_VERSION = 'credentialprovider.kubelet.k8s.io/v1'

/** Each shell and each awk that a node may have; undefined is the awk that the machine has under that name. */
const SHELLS = [
  { shell: 'dash', awk: undefined },
  { shell: 'bash', awk: undefined },
  { shell: 'dash', awk: 'mawk' },
  { shell: 'dash', awk: 'gawk --posix' },
  { shell: 'dash', awk: 'original-awk' },
  { shell: 'busybox sh', awk: 'busybox awk' },
] as const
type Shell = (typeof SHELLS)[number]

const isThere = (command: string | undefined) =>
  command === undefined || Bun.which(command.split(' ')[0] ?? '') !== null
const [FIRST] = SHELLS

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lading-provider-'))
})
afterAll(async () => await rm(folder, { recursive: true, force: true }))

async function call(input: string, environment: Record<string, string> = {}, { shell, awk }: Shell = FIRST) {
  const path = `${await folderWithAwk(awk)}:${process.env.PATH}`
  const child = Bun.spawn([...shell.split(' '), PROGRAM], {
    env: { PATH: path, ...environment },
    stdin: new Blob([input]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { status: await child.exited, stdout, stderr }
}

/** A folder in which `awk` is the one that is asked for. */
async function folderWithAwk(awk: string | undefined): Promise<string> {
  if (awk === undefined) return '/nowhere'
  const [name = '', ...options] = awk.split(' ')
  const place = join(folder, name)
  await Bun.write(join(place, 'awk'), `#!/bin/sh\nexec ${Bun.which(name)} ${options.join(' ')} "$@"\n`)
  await chmod(join(place, 'awk'), 0o755)
  return place
}

function tokenOf(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256', kid: 'k1' })}.${part(claims)}.${Buffer.from('a signature').toString('base64url')}`
}

const inOneHour = () => Math.floor(Date.now() / 1000) + 3600
const TOKEN = tokenOf({
  aud: ['registry.example.com'],
  exp: inOneHour(),
  'kubernetes.io': { namespace: 'team-blue', serviceaccount: { name: 'default', uid: 'u' }, warnafter: 1.5e9 },
  sub: 'system:serviceaccount:team-blue:default',
})

function requestOf(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    apiVersion: API_VERSION,
    kind: 'CredentialProviderRequest',
    image: 'registry.example.com/team-blue/app',
    serviceAccountToken: TOKEN,
    serviceAccountAnnotations: { [ANNOTATION]: ROLE },
    ...changes,
  }
}

const json = (changes?: Record<string, unknown>) => JSON.stringify(requestOf(changes))

for (const one of SHELLS) {
  describe.skipIf(!isThere(one.shell) || !isThere(one.awk))(`by ${one.shell}, ${one.awk ?? 'awk'}`, () => {
    test('a role and a token become a user name and a password, for as long as the token lasts', async () => {
      const { status, stdout, stderr } = await call(json(), {}, one)
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
      const answer = JSON.parse(stdout)
      expect(answer).toEqual({
        apiVersion: API_VERSION,
        kind: 'CredentialProviderResponse',
        cacheKeyType: 'Registry',
        cacheDuration: expect.stringMatching(/^\d+s$/),
        auth: { 'registry.example.com': { username: ROLE, password: TOKEN } },
      })
      const seconds = Number.parseInt(answer.cacheDuration, 10)
      expect(seconds).toBeGreaterThan(3600 - 60 - 60)
      expect(seconds).toBeLessThanOrEqual(3600 - 60)
    })

    test('a pretty-printed document with escapes says the same', async () => {
      const pretty = JSON.stringify(requestOf(), undefined, 2)
        .replaceAll('/', '\\/')
        .replace('team-blue', 'te\\u0061m-blue')
      const { status, stdout } = await call(pretty, {}, one)
      expect(status).toBe(0)
      expect(JSON.parse(stdout).auth).toEqual({ 'registry.example.com': { username: ROLE, password: TOKEN } })
    })

    test('nothing is answered to a request that is damaged', async () => {
      for (const input of ['', '{', json().slice(0, -1), `${json()}x`]) {
        const { status, stdout, stderr } = await call(input, {}, one)
        expect({ input, status, stdout }).toEqual({ input, status: 1, stdout: '' })
        expect(stderr).toStartWith('lading-credential-provider: ')
      }
    })
  })
}

test('the role of the environment counts where the service account names none', async () => {
  const without = json({ serviceAccountAnnotations: {} })
  const { stdout } = await call(without, { LADING_ROLE_ARN: 'arn:aws:iam::000000000000:role/node' })
  expect(JSON.parse(stdout).auth['registry.example.com'].username).toBe('arn:aws:iam::000000000000:role/node')
  const both = await call(json(), { LADING_ROLE_ARN: 'arn:aws:iam::000000000000:role/node' })
  expect(JSON.parse(both.stdout).auth['registry.example.com'].username).toBe(ROLE)
})

test.each([
  ['127.0.0.1:5000/a/b', '127.0.0.1:5000'],
  ['localhost/a', 'localhost'],
  ['[::1]:5000/a', '[::1]:5000'],
  ['registry.example.com:8443/a/b@sha256:00', 'registry.example.com:8443'],
])('the host of %s is %s', async (image, host) => {
  const { stdout } = await call(json({ image }))
  expect(Object.keys(JSON.parse(stdout).auth)).toEqual([host])
})

test('a token that is about to end is not kept', async () => {
  const serviceAccountToken = tokenOf({ exp: Math.floor(Date.now() / 1000) + 30 })
  const { stdout } = await call(json({ serviceAccountToken }))
  expect(JSON.parse(stdout).cacheDuration).toBe('0s')
})

/** What somebody could try, or what could go wrong; the second is a part of the sentence that says so. */
const HOSTILE: Readonly<Record<string, readonly [string, string]>> = {
  'no token': [json({ serviceAccountToken: undefined }), 'there is no service account token'],
  'an empty token': [json({ serviceAccountToken: '' }), 'there is no service account token'],
  'a token that is no text': [json({ serviceAccountToken: { a: 1 } }), 'there is no service account token'],
  'a token with a quote in it': [json({ serviceAccountToken: `${TOKEN}","x":"` }), 'not a JWT'],
  'a token with an escaped quote in it': [json().replace(TOKEN, `${TOKEN}\\u0022`), 'not a JWT'],
  'a token with a backslash in it': [json({ serviceAccountToken: `${TOKEN}\\` }), 'not a JWT'],
  'a token with a line end in it': [json({ serviceAccountToken: `${TOKEN}\n` }), 'not a JWT'],
  'a token with letters of no alphabet': [json({ serviceAccountToken: `${TOKEN}\u00e9` }), 'not a JWT'],
  'a token of two parts': [json({ serviceAccountToken: 'a.b' }), 'not a JWT'],
  'a token of four parts': [json({ serviceAccountToken: `${TOKEN}.a` }), 'not a JWT'],
  'a token that never ends': [json({ serviceAccountToken: tokenOf({ sub: 'x' }) }), 'when it expires'],
  'a token whose end is a text': [json({ serviceAccountToken: tokenOf({ exp: '9999999999' }) }), 'when it expires'],
  'a token whose end is only further in': [
    json({ serviceAccountToken: tokenOf({ a: { exp: 9999999999 } }) }),
    'when it expires',
  ],
  'a token whose end is negative': [json({ serviceAccountToken: tokenOf({ exp: -1 }) }), 'when it expires'],
  'a token whose claims are no JSON': [json({ serviceAccountToken: 'YQ.YQ.YQ' }), 'cut off or damaged'],
  'no role': [json({ serviceAccountAnnotations: {} }), 'there is no role'],
  'annotations that are none': [json({ serviceAccountAnnotations: null }), 'there is no role'],
  'a role that is only further in': [json({ serviceAccountAnnotations: { a: { [ANNOTATION]: ROLE } } }), 'no role'],
  'a role with a quote in it': [json({ serviceAccountAnnotations: { [ANNOTATION]: `${ROLE}","password":"x` } }), 'ARN'],
  'a role with a space in it': [json({ serviceAccountAnnotations: { [ANNOTATION]: `${ROLE} x` } }), 'ARN'],
  'a role with a line end in it': [json({ serviceAccountAnnotations: { [ANNOTATION]: `${ROLE}\n` } }), 'ARN'],
  'a role with a colon too many': [json({ serviceAccountAnnotations: { [ANNOTATION]: `${ROLE}:x` } }), 'ARN'],
  'the ARN of a user': [
    json({ serviceAccountAnnotations: { [ANNOTATION]: 'arn:aws:iam::000000000000:user/x' } }),
    'ARN',
  ],
  'the ARN of no account': [json({ serviceAccountAnnotations: { [ANNOTATION]: 'arn:aws:iam::0:role/x' } }), 'ARN'],
  'no image': [json({ image: undefined }), 'host of a registry'],
  'an image of nowhere': [json({ image: 'busybox' }), 'host of a registry'],
  'an image whose host is a folder': [json({ image: 'library/busybox' }), 'host of a registry'],
  'an image with a quote in its host': [json({ image: 'a.b":{},"c.d/app' }), 'host of a registry'],
  'an image with a name in front of its host': [json({ image: 'user@a.b/app' }), 'host of a registry'],
  'a key that is there twice': [json().replace('{', '{"image":"evil.example.com/a",'), 'a key twice'],
  'a key that is there twice, once escaped': [
    json().replace('{', '{"im\\u0061ge":"evil.example.com/a",'),
    'a key twice',
  ],
  'a raw control character': [json().replace('team-blue', 'team\u0001blue'), 'control character'],
  'a line end inside of a string': [json().replace('team-blue', 'team\nblue'), 'control character'],
  'an escape that is none': [json().replace('team-blue', 'team\\xblue'), 'unknown escape'],
  'a code that is none': [json().replace('team-blue', 'team\\u00zz'), 'unknown escape'],
  'a bare word': [json().replace(`"${TOKEN}"`, 'yes'), 'damaged'],
  'a trailing comma': [json().replace(/}$/, ',}'), 'object without a key'],
  'another version': [
    json({ apiVersion: 'credentialprovider.kubelet.k8s.io/v1beta1' }),
    'not a CredentialProviderRequest',
  ],
  'another kind': [json({ kind: 'Pod' }), 'not a CredentialProviderRequest'],
  'an array': [`[${json()}]`, 'not a CredentialProviderRequest'],
  'depth without an end': ['['.repeat(20_000), 'nested too deep'],
  'a request without an end': [json({ padding: 'x'.repeat(40_000) }), 'longer than 32 KiB'],
  'many lines without an end': ['\n'.repeat(40_000), 'longer than 32 KiB'],
}

test.each(Object.keys(HOSTILE))('refused with a sentence, and nothing of a secret: %s', async (name) => {
  // The key is one of the table's own.
  const [input, says] = HOSTILE[name] as readonly [string, string]
  for (const shell of SHELLS.filter((one) => isThere(one.shell) && isThere(one.awk))) {
    const { status, stdout, stderr } = await call(input, {}, shell)
    expect({ shell, status, stdout }).toEqual({ shell, status: 1, stdout: '' })
    expect(stderr).toContain(says)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect(stderr).not.toContain(TOKEN.slice(0, 20))
  }
})

test('the token is in no argument and in no environment of anything that runs', async () => {
  const child = Bun.spawn(['dash', PROGRAM], {
    stdin: 'pipe',
    stdout: 'pipe',
    stderr: 'pipe',
    env: { PATH: process.env.PATH ?? '' },
  })
  child.stdin.write(json().slice(0, -1))
  await child.stdin.flush()
  // It waits for the rest of its input; by then it has become awk, and runs nothing else.
  await Bun.sleep(300)
  const seen = await Promise.all(['cmdline', 'environ'].map((file) => Bun.file(`/proc/${child.pid}/${file}`).text()))
  expect(seen[0]).toContain('awk')
  expect(seen.join('\n')).not.toContain(TOKEN.slice(0, 20))
  const children = await Bun.file(`/proc/${child.pid}/task/${child.pid}/children`).text()
  expect(children.trim()).toBe('')
  child.stdin.write('}')
  child.stdin.end()
  expect(JSON.parse(await new Response(child.stdout).text()).kind).toBe('CredentialProviderResponse')
})
