// Installs the clients on a Debian machine, by name, from Debian, the Go module proxy and PyPI:
// `node scripts/with-bun.mjs test/clients/install.ts`. As root for Debian's packages; what is there is left alone.
// What cannot be had is named at the end, and the tests then name it as skipped. Terraform and its provider are only
// ever found on the machine, never fetched.
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { attempt } from './command.ts'
import { findTool, GO_BIN_DIRECTORY, PYTHON_DIRECTORY, type ToolName } from './tools.ts'

/** Debian's package for each tool that comes from there. */
const DEBIAN_PACKAGES = {
  skopeo: 'skopeo',
  podman: 'podman',
  buildah: 'buildah',
  docker: 'docker.io',
  dockerd: 'docker.io',
  containerd: 'containerd',
  ctr: 'containerd',
  mmdebstrap: 'mmdebstrap',
  openssl: 'openssl',
  curl: 'curl',
  jq: 'jq',
  'aws-v2': 'awscli',
} as const satisfies Partial<Record<ToolName, string>>

/** Go programs, built by `go install`, each at the one version that the tests were written against. */
const GO_PROGRAMS = {
  conformance: 'github.com/opencontainers/distribution-spec/conformance@v0.0.0-20260831232431-97274622c111',
  crane: 'github.com/google/go-containerregistry/cmd/crane@v0.22.1',
  oras: 'oras.land/oras/cmd/oras@v1.3.6',
  regctl: 'github.com/regclient/regclient/cmd/regctl@v0.11.7',
  helm: 'helm.sh/helm/v3/cmd/helm@v3.22.0',
  cosign: 'github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3',
} as const satisfies Partial<Record<ToolName, string>>

const PYTHON_PACKAGES = ['awscli==1.46.3', 'boto3==1.44.5']

// From here on a toolchain fetches the newer one that a module asks for.
const OLDEST_GO = '>=1.21.0'
const SLOW = { timeoutSeconds: 1800 }

const missing: string[] = []
await installFromDebian()
await installGoPrograms()
await installPythonPackages()
for (const line of missing) console.log(`absent: ${line}`)
if (missing.length === 0) console.log('every client is installed')

/** Runs one installer; when it fails, its last words are kept for the list of what is absent. */
async function tryTo(what: string, command: readonly string[], environment: Record<string, string> = {}) {
  console.log(`installing ${what} …`)
  const outcome = await attempt(command, { environment, ...SLOW })
  if (outcome.status === 0) return true
  missing.push(`${what}: ${(outcome.stderr || outcome.stdout).trim().split('\n').at(-1)}`)
  return false
}

async function installFromDebian(): Promise<void> {
  // The keys are those of the table, which Object.entries forgets.
  const absent = Object.entries(DEBIAN_PACKAGES).filter(([name]) => findTool(name as ToolName) === undefined)
  const packages = [...new Set(absent.map(([, debianPackage]) => debianPackage)), ...(await findPythonPackages())]
  if (packages.length === 0) return
  const environment = { DEBIAN_FRONTEND: 'noninteractive' }
  const giveBack = await keepServicesDown()
  try {
    if (!(await tryTo("Debian's package lists", ['apt-get', 'update', '-q'], environment))) return
    // One by one: one that is not there must not keep the others away.
    for (const name of packages) {
      await tryTo(name, ['apt-get', 'install', '-y', '-q', '--no-install-recommends', name], environment)
    }
  } finally {
    await giveBack()
  }
}

/** A venv needs pip's wheels, which Debian keeps in a package of their own. */
async function findPythonPackages(): Promise<readonly string[]> {
  const { status } = await attempt(['python3', '-c', 'import ensurepip, venv'])
  return status === 0 ? [] : ['python3-venv']
}

/** Debian starts a daemon when it is installed; the tests start their own. */
async function keepServicesDown(): Promise<() => Promise<void>> {
  const policy = '/usr/sbin/policy-rc.d'
  if (existsSync(policy)) return async () => {}
  await Bun.write(policy, '#!/bin/sh\nexit 101\n')
  await attempt(['chmod', '755', policy])
  return async () => await rm(policy, { force: true })
}

async function installGoPrograms(): Promise<void> {
  const wanted: [string, string][] = []
  for (const [name, source] of Object.entries(GO_PROGRAMS)) {
    if (!(await hasVersion(name, source))) wanted.push([name, source])
  }
  if (wanted.length === 0) return
  const go = await findGo()
  if (go === undefined) {
    missing.push(`${wanted.map(([name]) => name).join(', ')}: there is no Go ${OLDEST_GO} on this machine`)
    return
  }
  await mkdir(GO_BIN_DIRECTORY, { recursive: true })
  const environment = { GOBIN: GO_BIN_DIRECTORY, GOTOOLCHAIN: 'auto', GOFLAGS: '-trimpath', CGO_ENABLED: '0' }
  for (const [name, source] of wanted) await tryTo(name, [go, 'install', source], environment)
}

/** Whether the program in the cache was built from this version, as the build itself recorded it. */
async function hasVersion(name: string, source: string): Promise<boolean> {
  const binary = join(GO_BIN_DIRECTORY, name)
  if (!existsSync(binary)) return false
  const [path = '', version = ''] = source.split('@')
  const recorded = new TextDecoder('latin1').decode(await Bun.file(binary).bytes())
  return recorded.includes(`path\t${path}\n`) && new RegExp(`\nmod\t\\S+\t${RegExp.escape(version)}\t`).test(recorded)
}

/** Debian 12's own Go is too old; that of its backports, and go.dev's, are not. */
async function findGo(): Promise<string | undefined> {
  for (const go of ['go', '/usr/local/go/bin/go', '/usr/lib/go/bin/go']) {
    if (await isRecent(go)) return go
  }
  await installGoFromBackports()
  return (await isRecent('/usr/bin/go')) ? '/usr/bin/go' : undefined
}

/** The list of sources is there only as long as it is needed. */
async function installGoFromBackports(): Promise<void> {
  const list = '/etc/apt/sources.list.d/lading-backports.list'
  const key = '/usr/share/keyrings/debian-archive-keyring.gpg'
  const environment = { DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await Bun.write(list, `deb [signed-by=${key}] http://deb.debian.org/debian bookworm-backports main\n`)
    await attempt(['apt-get', 'update', '-q'], { environment, ...SLOW })
    const install = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', '-t', 'bookworm-backports']
    await tryTo('Go', [...install, 'golang-go'], environment)
  } finally {
    await rm(list, { force: true })
  }
}

async function isRecent(go: string): Promise<boolean> {
  if (Bun.which(go) === null) return false
  const { stdout } = await attempt([go, 'env', 'GOVERSION'])
  return Bun.semver.satisfies(stdout.trim().replace('go', ''), OLDEST_GO)
}

async function installPythonPackages(): Promise<void> {
  const pip = join(PYTHON_DIRECTORY, 'bin/pip')
  const frozen = (await attempt([existsSync(pip) ? pip : 'false', 'freeze'])).stdout.split('\n')
  if (PYTHON_PACKAGES.every((one) => frozen.includes(one))) return
  if (!(await tryTo('a Python venv', ['python3', '-m', 'venv', PYTHON_DIRECTORY]))) return
  await tryTo(PYTHON_PACKAGES.join(', '), [pip, 'install', '--quiet', ...PYTHON_PACKAGES])
}
