import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import packageJson from '../package.json' with { type: 'json' }
import { ECR_TABLE, NOT_AVAILABLE_YET } from '../src/api/ecr/table.ts'
import { IAM_TABLE } from '../src/api/iam/table.ts'
import { STS_TABLE } from '../src/api/sts/table.ts'
import { convertEcrPolicy } from '../src/core/lifecycle/convert-ecr-policy.ts'
import { parseEcrPolicy } from '../src/core/lifecycle/ecr/parse-ecr-policy.ts'
import { compileLadingPolicy } from '../src/core/lifecycle/lading/compile-lading-policy.ts'
import { parseLadingPolicy } from '../src/core/lifecycle/lading/parse-lading-policy.ts'
import { lintLadingPolicy } from '../src/core/lifecycle/lint-policy.ts'
import { planLifecycle } from '../src/core/lifecycle/plan-lifecycle.ts'
import { LADING_ACTIONS } from '../src/core/policy/catalogue/lading-actions.ts'
import { SETTING_NAMES } from '../src/core/settings/settings.ts'
import { recogniseTag } from '../src/core/tags/recognise-tag.ts'
import { TAG_KINDS } from '../src/core/tags/tag-kind.ts'
import { parseTagRules } from '../src/core/tags/tag-rules.ts'
import { daysAgo, NOW_MS, repositoryOf } from './lifecycle/lifecycle-images.ts'

const ROOT = resolve(import.meta.dir, '..')

async function pages(): Promise<{ path: string; text: string }[]> {
  const found = ['docs', 'examples', 'deploy'].flatMap((folder) => [
    ...new Bun.Glob(`${folder}/**/*.md`).scanSync(ROOT),
  ])
  const paths = ['README.md', 'CHANGELOG.md', ...found]
  return await Promise.all(paths.map(async (path) => ({ path, text: await Bun.file(join(ROOT, path)).text() })))
}

test('every relative link in README, docs, examples and deploy leads somewhere', async () => {
  const broken = (await pages()).flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
      .map((match) => match[1] ?? '')
      .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(ROOT, dirname(path), target)))
      .map((target) => `${path}: ${target}`),
  )
  expect(broken).toEqual([])
})

test('every npm command in README and docs exists', async () => {
  const known = new Set(Object.keys(packageJson.scripts))
  const named = (await pages()).flatMap(({ text }) =>
    [...text.matchAll(/(?:^|`)npm (?:run )?([a-z:]+)/gm)].map((match) => match[1] ?? ''),
  )
  expect(named.length).toBeGreaterThan(3)
  expect(named.filter((name) => !known.has(name) && name !== 'ci')).toEqual([])
})

/** What stands between two marks. */
function between(page: string, mark: string): string {
  return page.split(`<!-- ${mark} -->`)[1]?.split(`<!-- /${mark} -->`)[0] ?? ''
}

/** What stands as code between two marks. */
function listedIn(page: string, mark: string): string[] {
  return [...between(page, mark).matchAll(/`([A-Za-z:]+)`/g)].map((match) => match[1] ?? '')
}

test.each([
  ['iam-operations', Object.keys(IAM_TABLE)],
  ['sts-operations', Object.keys(STS_TABLE)],
  ['lading-actions', LADING_ACTIONS.map((name) => `lading:${name}`)],
])('docs/identity.md names exactly the %s that there are', async (mark, known) => {
  const listed = listedIn(await Bun.file(join(ROOT, 'docs/identity.md')).text(), mark)
  expect(listed.toSorted()).toEqual(known.toSorted())
})

test('README names exactly the ECR operations that are not available yet', async () => {
  const readme = await Bun.file(join(ROOT, 'README.md')).text()
  const listed = listedIn(readme, 'not-available-yet')
  const missing = Object.entries(ECR_TABLE).flatMap(([name, row]) => (row === NOT_AVAILABLE_YET ? [name] : []))
  expect(listed.sort()).toEqual(missing.sort())
})

test('README names only settings that exist', async () => {
  const readme = await Bun.file(join(ROOT, 'README.md')).text()
  const reference = await Bun.file(join(ROOT, 'docs/configuration.md')).text()
  const named = new Set([...readme.matchAll(/LADING_[A-Z_]+/g)].map((match) => match[0]))
  expect([...named].filter((name) => !reference.includes(`\`${name}\``))).toEqual([])
})

test('docs/namespaces.md says of every setting what it holds, and how scopes come together', async () => {
  const page = await Bun.file(join(ROOT, 'docs/namespaces.md')).text()
  const table = page.split('## The settings')[1]?.split('\n\n')[1] ?? ''
  const named = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name ?? '')
  expect(named).toEqual([...SETTING_NAMES])
})

test('docs/recipes has no page that the map does not lead to, or another recipe', async () => {
  const read = (path: string) => Bun.file(join(ROOT, path)).text()
  const recipes = [...new Bun.Glob('docs/recipes/*.md').scanSync(ROOT)]
  const others = await Promise.all(['docs/ARCHITECTURE.md', ...recipes].map(read))
  expect(recipes.filter((path) => !others.some((text) => text.includes(basename(path))))).toEqual([])
})

const TAGS_PAGE = Bun.file(join(ROOT, 'docs/tags.md'))

test('docs/tags.md names every kind of tag with examples that are of that kind', async () => {
  const table = between(await TAGS_PAGE.text(), 'tag-kinds')
  const rows = [...table.matchAll(/^\| `([a-z-]+)` \| (.+?) \|/gm)].map(([, kind, examples]) => {
    const tags = [...(examples ?? '').matchAll(/`([^`]+)`/g)].map(([, tag]) => tag?.replace('…', 'a1'.repeat(32)) ?? '')
    return { kind, kinds: [...new Set(tags.map(recogniseTag))] }
  })
  expect(rows.map(({ kinds }) => kinds.join())).toEqual(rows.map(({ kind }) => kind ?? ''))
  expect(rows.map(({ kind }) => kind ?? '').toSorted()).toEqual(Object.keys(TAG_KINDS).toSorted())
})

test('every example of rules in docs/tags.md is one', async () => {
  const section = between(await TAGS_PAGE.text(), 'tag-rules')
  const examples = [...section.matchAll(/```json\n([^`]+)```/g)].map(([, text]) => JSON.parse(text ?? ''))
  expect(examples.length).toBe(4)
  for (const example of examples) expect(parseTagRules(example)).toMatchObject(example.buildLinks ? {} : example)
})

test('the first policy in docs/lifecycle.md keeps the ten newest releases and what was pulled, and expires the rest', async () => {
  const page = await Bun.file(join(ROOT, 'docs/lifecycle.md')).text()
  const policy = compileLadingPolicy(parseLadingPolicy(/^```json\n(.*?)^```$/ms.exec(page)?.[1] ?? ''), () => 'none')
  const releases = Array.from({ length: 12 }, (_, n) => [`v1.${n}.0`, { tags: [`v1.${n}.0`], age: 400 - n }] as const)
  const { images, actionsOf } = repositoryOf({
    ...Object.fromEntries(releases),
    index: { tags: ['main'], age: 90, children: ['pulled'] },
    pulled: { age: 90, lastPulledAtMs: daysAgo(30) },
    forgotten: { tags: ['dev'], age: 90, lastPulledAtMs: daysAgo(31) },
    untagged: { age: 31 },
    pushed: { age: 30 },
  })
  expect(actionsOf(planLifecycle(policy, images, NOW_MS)).toSorted()).toEqual([
    'expire forgotten (3)',
    'expire untagged (3)',
    'expire v1.0.0 (3)',
    'expire v1.1.0 (3)',
  ])
})

test("every policy in docs/lifecycle.md parses and lints, and what ECR's converts to stands below it", async () => {
  const page = await Bun.file(join(ROOT, 'docs/lifecycle.md')).text()
  const texts = [...page.matchAll(/^```json\n(.*?)^```$/gms)].map((match) => match[1] ?? '')
  const isOurs = (text: string) => text.includes('"version"')
  const [ecr, ...others] = texts.filter((text) => !isOurs(text)).map(parseEcrPolicy)
  const ours = texts.filter(isOurs).map(parseLadingPolicy)
  const findings = ours.flatMap((policy) => lintLadingPolicy(policy, () => 'none'))
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  expect([ours.length, others.length]).toEqual([5, 0])
  expect(ecr && convertEcrPolicy(ecr)).toEqual(ours.at(-1))
})

/** `harbor#1, #2, zot docs` is three: a number alone is of the project before it. */
function threadsIn(text: string): string[] {
  let project = ''
  return text.split(/,\s+/).map((thread) => {
    const [before = '', number] = thread.trim().split('#')
    project = before === '' ? project : before
    return number === undefined ? before : `${project}#${number}`
  })
}

test('docs/field-lessons.md has a test for every thread that it lists, and each is there under its name', async () => {
  const page = await Bun.file(join(ROOT, 'docs/field-lessons.md')).text()
  const lists = [...between(page, 'lessons-listed').matchAll(/^- [^:]+: ((?:.|\n {2})+)$/gm)]
  const listed = lists.flatMap((match) => threadsIn(match[1] ?? ''))
  const rows = [...between(page, 'lessons-tested').matchAll(/^\| ([^|]+) \| [^|]+ \| `([^`]+)`: ([^|]+) \|$/gm)].map(
    ([, threads = '', file = '', name = '']) => ({ threads: threadsIn(threads), file, name }),
  )
  expect(lists.length).toBe(4)
  expect(new Set(rows.flatMap(({ threads }) => threads))).toEqual(new Set(listed))
  for (const { threads, file, name } of rows) {
    expect(threadsIn(name.slice(0, name.indexOf(': ')))).toEqual(expect.arrayContaining(threads))
    expect(await Bun.file(join(ROOT, file)).text()).toContain(`'${name}`)
  }
})
