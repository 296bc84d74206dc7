import { expect, test } from 'bun:test'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEnvironment } from './environment.ts'
import { identityFingerprint } from './identity-fingerprint.ts'

function tokenOf(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.c2ln`
}

async function world() {
  const home = await mkdtemp(join(tmpdir(), 'lading-identity-'))
  const tokenFile = join(home, 'token')
  const configFile = join(home, 'config')
  await writeFile(tokenFile, tokenOf({ iss: 'i', sub: 'pod', exp: 1 }))
  const print = (more: Record<string, string> = {}, profile?: string) =>
    identityFingerprint(
      readEnvironment({ HOME: home, AWS_CONFIG_FILE: configFile, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, ...more }),
      profile,
    )
  return { tokenFile, configFile, print }
}

test('whoever changes what decides who they are is somebody else', async () => {
  const { tokenFile, configFile, print } = await world()
  const prints = [
    await print(),
    await print({}, 'a'),
    await print({ AWS_PROFILE: 'a' }),
    await print({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }),
    await print({ AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'c' }),
    await print({ AWS_ROLE_ARN: 'arn:aws:iam::000000000000:role/a' }),
    await print({ ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'job' }),
  ]
  await writeFile(configFile, '[default]\nregion = a\n')
  prints.push(await print())
  await writeFile(tokenFile, tokenOf({ iss: 'i', sub: 'other pod', exp: 1 }))
  prints.push(await print())
  await writeFile(tokenFile, 'no token')
  prints.push(await print())
  await writeFile(tokenFile, 'no token, and another')
  prints.push(await print())
  expect(new Set(prints).size).toBe(prints.length)
})

test('a token of the same subject that was renewed is the same one’s, and so is another variable', async () => {
  const { tokenFile, print } = await world()
  const before = await print()
  await writeFile(tokenFile, `${tokenOf({ iss: 'i', sub: 'pod', exp: 3601, jti: 'new' })}\n`)
  expect(await print({ LANG: 'C', PATH: '/bin' })).toBe(before)
})
