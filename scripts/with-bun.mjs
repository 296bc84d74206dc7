// Runs `bun` with the given arguments: `node scripts/with-bun.mjs file.ts …`. Plain Node.js without dependencies,
// because it is what puts the dependencies there: with only Node.js and npm on the machine, `npm start` just works.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))

// A .env file in the folder where the server starts is no setting of ours. And a server must not outlive this process.
const BUN_FLAGS = ['--no-env-file', '--no-orphans']

/** The `packages` of a lock file, or undefined when there is none. */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(join(ROOT, path), 'utf8')).packages
  } catch {
    return undefined
  }
}

/**
 * Whether node_modules is what package-lock.json asks for. By content and not by time: a checkout touches files.
 * Optional packages may be absent (other systems' binaries), and so may the tools when only the server is to run.
 */
function isInstalled(withTools) {
  const wanted = readLock('package-lock.json')
  const installed = readLock('node_modules/.package-lock.json')
  if (wanted === undefined || installed === undefined) return false
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true
    const found = installed[path]
    if (found !== undefined) return found.version === entry.version
    return entry.optional === true || (entry.dev === true && !withTools)
  })
}

function install() {
  console.error('lading: installing what package-lock.json names (npm ci) …')
  // npm's own output goes to stderr: stdout belongs to what was asked for. Its warnings are about the Node.js that
  // packages want (kysely: 22), and Bun runs them; its errors are shown.
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 2, 2],
  })
  if (result.status !== 0) fail('npm ci failed; its message stands above')
}

/** Every place where a Bun for this machine may be: npm's postinstall script may not have run (`allowScripts`). */
function bunCandidates() {
  const scope = join(ROOT, 'node_modules/@oven')
  const packages = existsSync(scope) ? readdirSync(scope).sort() : []
  return [
    ...packages.map((name) => join(scope, name, 'bin/bun')),
    join(ROOT, 'node_modules/bun/bin/bun.exe'),
    join(ROOT, 'node_modules/.bin/bun'),
  ]
}

/** The first Bun that runs here (a musl or AVX2 build may not) and is the pinned one. */
function findBun() {
  const pinned = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).dependencies.bun
  return bunCandidates().find((path) => {
    if (!existsSync(path)) return false
    const result = spawnSync(path, ['--version'], { encoding: 'utf8' })
    return result.status === 0 && result.stdout.trim() === pinned
  })
}

function fail(message) {
  console.error(`lading: ${message}`)
  process.exit(1)
}

/** Hands every signal on, and ends as the child ended: a supervisor must see the truth. */
function run(bun, args) {
  const child = spawn(bun, [...BUN_FLAGS, ...args], { stdio: 'inherit' })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2']) {
    process.on(signal, () => child.kill(signal))
  }
  child.on('error', (error) => fail(`cannot start ${bun}: ${error.message}`))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)))
}

const args = process.argv.slice(2)
const onlyRuns = args.some((argument) => argument.startsWith('src/') || argument.startsWith(join(ROOT, 'src/')))
if (!isInstalled(!onlyRuns)) install()
const bun = findBun()
if (bun === undefined)
  fail('no Bun in node_modules runs on this machine; Bun supports Linux and macOS on x64 and arm64')
run(bun, args)
