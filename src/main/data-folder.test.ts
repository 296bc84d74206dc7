import { expect, test } from 'bun:test'
import { chmod, mkdir, mkdtemp, realpath, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDataFolder, resolveLink } from './data-folder.ts'

async function open(folder: string): Promise<string[]> {
  const lines: string[] = []
  await openDataFolder(folder, { writes: () => true, write: (_, message) => lines.push(message) })
  return lines
}

const fresh = async () => await realpath(await mkdtemp(join(tmpdir(), 'lading-folder-')))
const modeOf = async (path: string) => (await stat(path)).mode & 0o777

test('openDataFolder() makes a folder for the owner only, and says nothing', async () => {
  const folder = join(await fresh(), 'a/data')
  expect(await open(folder)).toEqual([])
  expect(await modeOf(folder)).toBe(0o700)
})

test('openDataFolder() warns of a folder that others can read, and takes the database from them', async () => {
  const folder = join(await fresh(), 'data')
  await mkdir(folder)
  await writeFile(join(folder, 'metadata.db'), '')
  await chmod(join(folder, 'metadata.db'), 0o644)
  await chmod(folder, 0o755)
  expect(await open(folder)).toEqual([expect.stringContaining('chmod 700')])
  expect(await modeOf(join(folder, 'metadata.db'))).toBe(0o640)
  expect(await modeOf(folder)).toBe(0o755)
})

test('openDataFolder() names the path and the setting when the folder cannot be made', async () => {
  const file = join(await fresh(), 'file')
  await writeFile(file, '')
  expect(open(join(file, 'data'))).rejects.toThrow(
    new RegExp(`^the data folder ${file}/data cannot be made \\(.*\\); LADING_DATA`),
  )
})

test('resolveLink() follows a link, keeps a path without a file, and refuses a link to nothing', async () => {
  const folder = await fresh()
  await writeFile(join(folder, 'real.db'), '')
  await symlink(join(folder, 'real.db'), join(folder, 'metadata.db'))
  expect(await resolveLink(join(folder, 'metadata.db'))).toBe(join(folder, 'real.db'))
  expect(await resolveLink(join(folder, 'none.db'))).toBe(join(folder, 'none.db'))
  await symlink(join(folder, 'gone.db'), join(folder, 'dangling.db'))
  expect(resolveLink(join(folder, 'dangling.db'))).rejects.toThrow('symbolic link')
})
