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
  main: ['core', 'ports', 'services', 'adapters', 'api'],
  cli: ['core'],
}

/** Names that only `adapters`, `main` and `cli` may use: the world. */
const WORLD = /\bprocess\.env\b|\bBun\.|from 'bun(?::[a-z]+)?'|from 'node:(?:fs|net|http|https|child_process|os|path)/
const IMPURE = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(/

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
  const matches = file.text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)
  return [...matches].map((match) => relative(SOURCE, resolve(SOURCE, dirname(file.path), match[1] ?? '')))
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
        return layer !== file.layer && !MAY_IMPORT[file.layer]?.includes(layer)
      })
      .map((target) => `${file.path} imports ${target}`),
  )
  expect(wrong).toEqual([])
})

test('no import cycles', () => {
  const graph = new Map(files.map((file) => [file.path, importsOf(file)]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
    if (done.has(path) || trail.includes(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  expect(cycles).toEqual([])
})

test('core has no clock, no randomness and no world; services and api reach the world only through ports', () => {
  const wrong = files
    .filter((file) => ['core', 'ports', 'services', 'api'].includes(file.layer) && isSource(file))
    .filter((file) => WORLD.test(file.text) || (file.layer === 'core' && IMPURE.test(file.text)))
    .map((file) => file.path)
  expect(wrong).toEqual([])
})

test('only main/config.ts reads the environment', () => {
  const readers = files.filter((file) => /process\.env/.test(file.text)).map((file) => file.path)
  expect(readers.filter((path) => !path.startsWith('main/config'))).toEqual([])
})

test('source files use .ts suffixes, no default exports, no barrels', () => {
  const wrong = files
    .filter((file) => /from '\.[^']*(?<!\.ts|\.json)'|^export default|^export \* from/m.test(file.text))
    .map((file) => file.path)
  expect(wrong).toEqual([])
})
