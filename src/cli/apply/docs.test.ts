import { expect, test } from 'bun:test'
import { readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { readDocuments } from './read-documents.ts'

const ROOT = resolve(import.meta.dir, '../../..')

test('every YAML in docs/apply.md is one that apply takes', async () => {
  const page = await Bun.file(join(ROOT, 'docs/apply.md')).text()
  const blocks = [...page.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '')
  const kinds = blocks.flatMap((text) => readDocuments([{ name: 'apply.md', text }])).map(({ kind }) => kind)
  expect(kinds).toEqual(['Namespace', 'Repository', 'Registry'])
})

test('docs/apply.md quotes a refusal as it is', async () => {
  const page = await Bun.file(join(ROOT, 'docs/apply.md')).text()
  const head = 'apiVersion: lading/v1\nkind: Namespace\nmetadata: { name: a/ }\nspec:\n  settings:\n    quota:\n'
  const text = `${head}      bytes: lots\n`
  const quoted = /^ {4}lading: (.*)$/m.exec(page)?.[1] ?? 'nothing'
  expect(() => readDocuments([{ name: 'team.yaml', text }])).toThrow(quoted)
})

test('so are the files of examples/governance', async () => {
  const folder = join(ROOT, 'examples/governance')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml'))
  const files = await Promise.all(
    names.map(async (name) => ({ name, text: await Bun.file(join(folder, name)).text() })),
  )
  expect(readDocuments(files)).toHaveLength(7)
})
