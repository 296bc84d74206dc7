import { expect, test } from 'bun:test'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProfileRegion, hasProfile } from './profiles.ts'

const CONFIG = `; [profile commented]
[default]
[profile team]
region = us-east-1
  [ profile  "two words" ] # trailing
[profile broken
note = [inside]
`

test('a profile is found in either file, however its section is written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lading-profiles-'))
  const files = [join(folder, 'config'), join(folder, 'credentials'), join(folder, 'missing')]
  await writeFile(join(folder, 'config'), CONFIG)
  await writeFile(join(folder, 'credentials'), '[keys]\r\naws_access_key_id = A\r\n')
  const asked = ['default', 'team', 'two words', 'keys', 'commented', 'broken', 'inside', 'Team', 'profile team', '']
  const found = await Promise.all(asked.map(async (name) => [name, await hasProfile(files, name)]))
  expect(found.filter(([, isThere]) => isThere).map(([name]) => name)).toEqual(['default', 'team', 'two words', 'keys'])
})

test('the region of a profile is that of its own section', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'lading-profiles-'))
  const files = [join(folder, 'config'), join(folder, 'missing')]
  await writeFile(join(folder, 'config'), `${CONFIG}[default]\nsso_region = xx\nregion=eu-west-1\r\n`)
  const asked = ['default', 'team', 'two words', 'nobody']
  expect(await Promise.all(asked.map(async (name) => await findProfileRegion(files, name)))).toEqual([
    'eu-west-1',
    'us-east-1',
    undefined,
    undefined,
  ])
})
