import { expect, test } from 'bun:test'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runLading } from './cli-process.ts'

/** The policy that this project was founded on (ecr.md 2). */
const FOUNDING = {
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'untagged', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 7 },
      action: { type: 'expire' },
    },
    {
      rulePriority: 2,
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: 10 },
      action: { type: 'expire' },
    },
  ],
}
const TRAP = {
  rules: [
    {
      rulePriority: 1,
      selection: {
        tagStatus: 'tagged',
        tagPatternList: ['dev', 'test'],
        countType: 'imageCountMoreThan',
        countNumber: 3,
      },
      action: { type: 'expire' },
    },
  ],
}
const DEAD = `version: lading/lifecycle/v1
rules:
  - { select: { tagged: false }, action: expire }
  - { select: { tagged: false }, action: expire }
`

async function fileOf(name: string, text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'lading-files-')), name)
  await writeFile(path, text)
  return path
}

const lint = (...args: string[]) => runLading(['lifecycle', 'lint', ...args])

test('lint ends with 3 for errors, with 0 or under --strict 4 for warnings alone, and with 0 for a good policy', async () => {
  const dead = await fileOf('dead.yaml', DEAD)
  const found = await lint(dead)
  expect([found.status, found.stderr]).toEqual([3, ''])
  expect(found.stdout).toMatch(/^POLICY +SEVERITY +RULE +CODE +WHAT\n/)
  expect(found.stdout).toMatch(/dead\.yaml +error +2 +(?:dead|shadowed)-rule +\S/)

  const trap = await fileOf('trap.json', JSON.stringify(TRAP))
  const [warned, strict] = [await lint(trap, '--json'), await lint(trap, '--strict')]
  expect([warned.status, strict.status]).toEqual([0, 4])
  expect(JSON.parse(warned.stdout).findings).toMatchObject([{ policy: trap, severity: 'warning', code: 'list-is-and' }])

  const good = {
    version: 'lading/lifecycle/v1',
    rules: [{ select: { tagged: false }, when: { olderThan: { days: 7, since: 'untagged' } }, action: 'expire' }],
  }
  const fine = await lint(await fileOf('good.json', JSON.stringify(good)), '--strict', '--output', 'json')
  expect(fine).toEqual({ status: 0, stdout: '{\n  "findings": []\n}\n', stderr: '' })
}, 30_000)

test('lint says what is no policy with 1, and what was asked wrongly with 2', async () => {
  const none = await lint(await fileOf('none.json', '{"rules":[{"rulePriority":0}]}'))
  expect([none.status, none.stdout]).toEqual([1, ''])
  expect(none.stderr).toMatch(/^lading: \/\S+none\.json: Invalid parameter at [^\n]+\n$/)
  for (const args of [[], ['x.json', '--repository', 'team/app'], ['--all']]) {
    const { status, stderr } = await runLading(['lifecycle', 'lint', ...args, '--endpoint', 'http://127.0.0.1:1'])
    expect([args, status, stderr]).toEqual([args, 2, expect.stringMatching(/^lading: [^\n]+\n$/)])
  }
}, 30_000)

test('convert says the same in the other format, there and back, from a file or standard input', async () => {
  const there = await runLading(['lifecycle', 'convert', await fileOf('p.json', JSON.stringify(FOUNDING))])
  expect([there.status, there.stderr]).toEqual([0, ''])
  expect(JSON.parse(there.stdout)).toMatchObject({ version: 'lading/lifecycle/v1', unit: 'manifest' })
  const back = await runLading(['lifecycle', 'convert', '--to', 'ecr'], { input: there.stdout })
  expect(JSON.parse(back.stdout)).toEqual(FOUNDING)
  const same = await runLading(['lifecycle', 'convert', '-', '--to', 'ecr', '--json'], { input: back.stdout })
  expect(same.stdout).toBe(back.stdout)
}, 30_000)

test('convert says all that ECR has no words for', async () => {
  const { status, stdout, stderr } = await runLading(['lifecycle', 'convert'], { input: DEAD })
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr).toStartWith('lading: standard input cannot be said in ECR’s format: it counts images with all that')
  expect(stderr).toMatch(/; rule 1 lets later rules decide [^\n]*; rule 2 hits all that it selects[^\n]*\.\n$/)
}, 30_000)
