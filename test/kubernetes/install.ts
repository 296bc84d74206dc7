// Builds what a Kubernetes node is made of, once, into the cache that the other tools are in too:
// `node scripts/with-bun.mjs test/kubernetes/install.ts`. Needs Go and its module proxy, and some minutes; where there is
// none of these, what is absent is named, and the tests name what they skip. containerd is Debian's, which
// test/clients/install.ts installs.
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { attempt, run } from '../clients/command.ts'
import { CACHE_DIRECTORY } from '../clients/tools.ts'
import { findProgram, GO_PROGRAMS, type GoProgramName, placeOf } from './programs.ts'

// From here on a toolchain fetches the newer one that a module asks for.
const OLDEST_GO = '>=1.21.0'
const SLOW = { timeoutSeconds: 3600 }
/** Two packages at a time: the machine has other work, and a link of these takes a gigabyte. */
const BUILD = ['build', '-p', '2', '-mod=mod', '-trimpath', '-buildvcs=false']

// The keys are those of the table, which Object.keys forgets.
const wanted = (Object.keys(GO_PROGRAMS) as GoProgramName[]).filter((name) => findProgram(name) === undefined)
const go = wanted.length === 0 ? undefined : await findGo()
if (wanted.length === 0) console.log('every program of a Kubernetes node is built')
else if (go === undefined) console.log(`absent: ${wanted.join(', ')}: there is no Go ${OLDEST_GO} on this machine`)
else for (const name of wanted) await tryToBuild(go, name)

async function findGo(): Promise<string | undefined> {
  for (const candidate of ['go', '/usr/local/go/bin/go', '/usr/lib/go/bin/go']) {
    if (Bun.which(candidate) === null) continue
    const { stdout } = await attempt([candidate, 'env', 'GOVERSION'])
    if (Bun.semver.satisfies(stdout.trim().replace('go', ''), OLDEST_GO)) return candidate
  }
  return undefined
}

async function tryToBuild(goCommand: string, name: GoProgramName): Promise<void> {
  const startedAt = performance.now()
  console.log(`building ${name} …`)
  try {
    await build(goCommand, name)
    console.log(`built ${name} in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`)
  } catch (error) {
    console.log(`absent: ${name}: ${lastLine(error)}`)
  }
}

function lastLine(error: unknown): string | undefined {
  const text = error instanceof Error ? error.message : String(error)
  return text.trim().split('\n').at(-1)
}

/** Builds beside the final place and renames, so that a broken build is never taken for a program. */
async function build(goCommand: string, name: GoProgramName): Promise<void> {
  const { module, version, package: path } = GO_PROGRAMS[name]
  const work = join(CACHE_DIRECTORY, `kubernetes.${process.pid}`)
  await rm(work, { recursive: true, force: true })
  await mkdir(work, { recursive: true })
  const options = { directory: work, environment: { GOTOOLCHAIN: 'auto', CGO_ENABLED: '0', GOWORK: 'off' }, ...SLOW }
  try {
    await Bun.write(join(work, 'go.mod'), 'module lading.test/node\n')
    if (module === 'k8s.io/kubernetes') await writeKubernetesModule(goCommand, work)
    else await run([goCommand, 'get', `${path}@${version}`], options)
    const flags = `-s -w -X k8s.io/component-base/version.gitVersion=${version}`
    await run([goCommand, ...BUILD, '-ldflags', flags, '-o', join(work, name), path], options)
    await mkdir(dirname(placeOf(name)), { recursive: true })
    await rename(join(work, name), placeOf(name))
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/**
 * Kubernetes builds against the libraries in its own tree, which a module does not carry. They are published too, each
 * release v1.N.P as v0.N.P, so a module of the same requirements, with these in the place of those, builds the same.
 */
async function writeKubernetesModule(goCommand: string, work: string): Promise<void> {
  const { module, version } = GO_PROGRAMS.kubelet
  const library = version.replace('v1.', 'v0.')
  const { stdout } = await run([goCommand, 'mod', 'download', '-json', `${module}@${version}`], {
    directory: work,
    ...SLOW,
  })
  const { GoMod: file }: { GoMod: string } = JSON.parse(stdout)
  const text = (await Bun.file(file).text())
    .replace(`module ${module}\n`, 'module lading.test/node\n')
    .replace(/=> \.\/staging\/src\/(\S+)/g, (_, name: string) => `=> ${name} ${library}`)
  await Bun.write(join(work, 'go.mod'), `${text}\nrequire ${module} ${version}\n`)
}
