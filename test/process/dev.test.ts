import { expect, test } from 'bun:test'
import packageJson from '../../package.json' with { type: 'json' }
import { AUTHORIZATION, freshSettings, type LadingProcess, startLading } from './lading-process.ts'

const COMMAND = ['node', 'scripts/with-bun.mjs', 'scripts/dev.ts']

/** Waits for the end of what it says is in the registry. */
async function contentsOf(dev: LadingProcess): Promise<string> {
  const deadlineMs = Date.now() + 20_000
  while (!/^ {2}referrers .*\n/m.test(dev.stdout()) && Date.now() < deadlineMs) await Bun.sleep(20)
  return dev.stdout().slice(dev.stdout().indexOf('In it: '))
}

test('`npm run dev` serves a registry that has something in it, and fills it once', async () => {
  expect(packageJson.scripts.dev).toBe(`exec ${COMMAND.join(' ')}`)
  const settings = await freshSettings()
  const dev = await startLading(settings, COMMAND)
  const contents = await contentsOf(dev)
  expect(contents).toStartWith('In it: team/hello\n')
  expect(contents).toMatch(/tags +1\.0, latest\n +latest +sha256:[0-9a-f]{64}, an index for amd64 and arm64\n/)

  const get = async (path: string) => {
    const headers = { authorization: AUTHORIZATION }
    const response = await fetch(`${dev.addresses[0]}/v2/team/hello/${path}`, { headers })
    expect([path, response.status]).toEqual([path, 200])
    return response
  }
  const { manifests } = await (await get('manifests/1.0')).json()
  for (const { digest } of manifests) {
    const { config, layers } = await (await get(`manifests/${digest}`)).json()
    for (const blob of [config, ...layers])
      expect((await (await get(`blobs/${blob.digest}`)).bytes()).length).toBe(blob.size)
  }
  expect(await dev.end('SIGTERM')).toBe(0)
  expect(dev.stderr()).toContain('"msg":"stopped"')

  const again = await startLading(settings, COMMAND)
  expect(await contentsOf(again)).toBe(contents)
  expect(again.stderr()).not.toContain('manifest-put')
  expect(await again.end('SIGINT')).toBe(0)
}, 60_000)

test('`npm run dev` ends as the server does that cannot start', async () => {
  const dev = await startLading({ ...(await freshSettings()), LADING_REGION: '?' }, COMMAND)
  expect(dev.child.exitCode).toBe(2)
  expect(dev.stderr()).toContain('LADING_REGION')
}, 30_000)
