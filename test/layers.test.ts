import { expect, test } from 'bun:test'
import { dirname, join, relative, resolve } from 'node:path'

const ROOT = resolve(import.meta.dir, '..')
const SOURCE = join(ROOT, 'src')

/** What each folder of `src` may import from; itself is always allowed. Nothing may import from `main`. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  core: [],
  ports: ['core'],
  services: ['core', 'ports'],
  adapters: ['core', 'ports'],
  api: ['core', 'ports', 'services'],
  kubernetes: ['core', 'ports'],
  main: ['core', 'ports', 'services', 'adapters', 'api', 'cli', 'kubernetes'],
  cli: ['core', 'kubernetes'],
}

/** What `api` answers as it stands in the docs. */
const PUBLISHED = '../docs/schemas/'

/** What only `adapters`, `kubernetes`, `main` and `cli` may use: the world. */
const WORLD: readonly RegExp[] = [
  /\bprocess\.(?:env|argv|cwd|exit|stdin|stdout|stderr)\b/,
  /\bBun\./,
  /(?<![.\w#])fetch\(/,
  /\bnew (?:WebSocket|Worker|EventSource|XMLHttpRequest)\(/,
  /\bglobalThis\b/,
  /(?:\bfrom|\bimport)\s*\(?\s*['"]bun(?::[a-z]+)?['"]/,
  /(?:\bfrom|\bimport)\s*\(?\s*['"](?:node:)?(?:fs|net|https?|http2|tls|dns|dgram|child_process|worker_threads|cluster|os|path)(?:\/[a-z]+)?['"]/,
]
/** Clocks and randomness, which come to `services` by the ports `Clock` and `Ids` and to `core` as values. */
const IMPURE: readonly RegExp[] = [
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)/,
  /(?<!new )\bDate\(/,
  /\bperformance\.(?:now|timeOrigin)\b/,
  /\bprocess\.(?:hrtime|uptime)\b/,
  /\bMath\.random\b/,
  /\b(?:randomUUID|getRandomValues|randomBytes|randomInt|randomFillSync)\b/,
]
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*['"](\.[^'"]+)['"]/g

interface SourceFile {
  readonly path: string
  readonly layer: string
  readonly text: string
}

async function sourceFiles(): Promise<SourceFile[]> {
  const files: SourceFile[] = []
  for await (const path of new Bun.Glob('**/*.ts').scan(SOURCE)) {
    const layer = path.split('/')[0] ?? ''
    files.push({ path, layer, text: await Bun.file(join(SOURCE, path)).text() })
  }
  return files
}

/** Tests lie beside the code, but drive it with whatever they need. */
function isSource(file: SourceFile): boolean {
  return !file.path.endsWith('.test.ts')
}

function importsOf(file: SourceFile): string[] {
  return [...file.text.matchAll(IMPORT)].map((match) =>
    relative(SOURCE, resolve(SOURCE, dirname(file.path), match[1] ?? '')),
  )
}

const files = await sourceFiles()

test('every source file lies in a known layer', () => {
  expect(files.length).toBeGreaterThan(10)
  expect(files.filter((file) => !(file.layer in MAY_IMPORT)).map((file) => file.path)).toEqual([])
})

test('imports point only down: main → api, adapters → services, ports → core', () => {
  const wrong = files.filter(isSource).flatMap((file) =>
    importsOf(file)
      .filter((target) => {
        const layer = target.split('/')[0] ?? ''
        if (file.layer === 'api' && target.startsWith(PUBLISHED)) return false
        return layer !== file.layer && !MAY_IMPORT[file.layer]?.includes(layer)
      })
      .map((target) => `${file.path} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('core imports no packages but these, which are pure', () => {
  const known = ['node:crypto', 're2js']
  const named = files
    .filter((file) => file.layer === 'core' && isSource(file))
    .flatMap((file) => [...file.text.matchAll(/\bfrom ['"]([^.'"][^'"]*)['"]/g)].map((match) => match[1] ?? ''))
  expect([...new Set(named)].sort()).toEqual(known)
})

test('no import cycles', () => {
  expect(cyclesIn(new Map(files.map((file) => [file.path, importsOf(file)])))).toEqual([])
})

test('folders of services and of adapters do not import each other in circles', () => {
  const graph = new Map<string, string[]>()
  for (const file of files.filter(isSource)) {
    const folder = innerFolder(file.path)
    if (folder === undefined) continue
    const others = importsOf(file).flatMap((path) => innerFolder(path) ?? [])
    const known = graph.get(folder) ?? []
    graph.set(folder, [...known, ...others.filter((other) => other !== folder)])
  }
  expect(graph.get('services/sts')).toContain('services/identity')
  expect(cyclesIn(graph)).toEqual([])
})

/** `services/iam` of `services/iam/users.ts`; undefined for what lies in no folder of services or adapters. */
function innerFolder(path: string): string | undefined {
  return /^((?:services|adapters)\/[^/]+)\//.exec(path)?.[1]
}

function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    if (done.has(path) || trail.includes(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return cycles
}

/** The files of these layers whose code, comments aside, has any of the patterns in it. */
function offenders(layers: readonly string[], patterns: readonly RegExp[]): string[] {
  return files
    .filter((file) => layers.includes(file.layer) && isSource(file))
    .flatMap((file) =>
      withoutComments(file.text)
        .split('\n')
        .filter((line) => patterns.some((pattern) => pattern.test(line)))
        .map((line) => `${file.path}: ${line.trim()}`),
    )
}

/** Whole lines of comments only: what stands behind code is judged as code. */
function withoutComments(text: string): string {
  return text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '')
}

test('core, ports, services and api reach the world only through ports', () => {
  expect(offenders(['core', 'ports', 'services', 'api'], WORLD)).toEqual([])
})

test('core, ports, services and api have no clock and no randomness of their own', () => {
  expect(offenders(['core', 'ports', 'services', 'api'], IMPURE)).toEqual([])
})

test.each([
  'const answer = await fetch(url)',
  "import { lookup } from 'node:dns/promises'",
  'import { Worker } from "node:worker_threads"',
  'import { readFile } from "fs/promises"',
  "import { SQL } from 'bun'",
  "const { lookup } = await import('node:dns')",
  'await globalThis.fetch(url)',
  'const home = process.env.HOME',
])('the world is recognised in: %s', (line) => {
  expect(WORLD.some((pattern) => pattern.test(line))).toBe(true)
})

test.each([
  'const now = Date.now()',
  'const today = new Date()',
  'rest(Date.now)',
  'const id = crypto.randomUUID()',
  'if (Math.random() < 0.5) return',
])('a clock or randomness is recognised in: %s', (line) => {
  expect(IMPURE.some((pattern) => pattern.test(line))).toBe(true)
})

test.each([
  'new Date(clock.nowMs())',
  'const { fetch } = options',
  "const scheme = context.secure ? 'https' : 'http'",
  'await this.upstream.fetch(url)',
  "import { createHash } from 'node:crypto'",
])('neither is seen in: %s', (line) => {
  expect([...WORLD, ...IMPURE].some((pattern) => pattern.test(line))).toBe(false)
})

test('only main/config.ts, and for clients cli/environment.ts, reads the environment', () => {
  const readers = files
    .filter((file) => /process\.env|Bun\.env|import\.meta\.env/.test(file.text))
    .map((file) => file.path)
  expect(readers.filter((path) => !path.startsWith('main/config') && path !== 'cli/environment.ts')).toEqual([])
})

test('source files use .ts suffixes, no default exports, no barrels', () => {
  const wrong = files
    .filter((file) => /from ['"]\.[^'"]*(?<!\.ts|\.json)['"]|^export default|^export (?:type )?\* /m.test(file.text))
    .map((file) => file.path)
  expect(wrong).toEqual([])
})
