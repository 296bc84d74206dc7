import { expect, test } from 'bun:test'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parsePolicy } from './parse-policy.ts'
import { policyDocument, readPolicyFile } from './policy-file.ts'

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'lading-policy-')), name)
  await writeFile(path, text)
  return path
}

const YAML = `version: lading/lifecycle/v1
rules:
  - select: { tagged: false }   # what builds left behind
    when: { olderThan: { days: 7, since: untagged } }
    action: expire
`
const DOCUMENT = {
  version: 'lading/lifecycle/v1',
  rules: [{ select: { tagged: false }, when: { olderThan: { days: 7, since: 'untagged' } }, action: 'expire' }],
}

test.each([
  ['policy.yaml', YAML],
  ['policy.YML', YAML],
  ['policy', YAML],
  ['policy.json', JSON.stringify(DOCUMENT)],
  ['policy.txt', `\n${JSON.stringify(DOCUMENT, null, 2)}`],
])('%s is read as what it is', async (name, text) => {
  const path = await fileOf(name, text)
  const given = await readPolicyFile(path)
  expect(policyDocument(given)).toEqual(DOCUMENT)
  expect(parsePolicy(given)).toMatchObject({ format: 'lading', document: DOCUMENT })
})

test('JSON stays as it was written, so that a member that is there twice is seen', async () => {
  const text = '{"version":"lading/lifecycle/v1","rules":[],"rules":[]}'
  const path = await fileOf('p.json', text)
  const given = await readPolicyFile(path)
  expect(given.text).toBe(text)
  expect(() => parsePolicy(given)).toThrow(/p\.json: .*rules/)
  expect(() => policyDocument(given)).toThrow(/p\.json is no JSON: .*rules/)
})

test.each([
  ['a.yaml', 'rules: [', /a\.yaml is no YAML: [^\n]+\.$/],
  ['b.yaml', 'rules: []\nrules: []\n', /b\.yaml is no YAML: the key "rules" is there twice\.$/],
  ['c.json', 'rules: []', /c\.json is no JSON: [^\n]+\.$/],
  [
    'd.yaml',
    `a: &a [${'x, '.repeat(50)}]\nb: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]`,
    /d\.yaml is no YAML: there are more than 50000 values in it\.$/,
  ],
  ['f.yaml', `a: 1\n${'? '.repeat(10_000)}`, /f\.yaml is no YAML: it is indented by 200 characters or more\.$/],
  ['g.yaml', 'a: 1\n---\nb: 2\n', /g\.yaml is no YAML: there is more than one document in it\.$/],
  ['h.yaml', `a: ${'x'.repeat(256 * 1024)}`, /h\.yaml is no YAML: it has more than 262144 characters\.$/],
  ['e.json', `{"a":"${'x'.repeat(1024 * 1024)}"}`, /has 1048584 bytes: at most 1048576 may be\.$/],
])('%s is refused, and it is said why', async (name, text, sentence) => {
  const path = await fileOf(name, text)
  expect(async () => policyDocument(await readPolicyFile(path))).toThrow(sentence)
})

test('a file that is not there is said to be', async () => {
  await expect(readPolicyFile('/nowhere/p.json')).rejects.toThrow('The policy /nowhere/p.json cannot be read: ENOENT')
})
