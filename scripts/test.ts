/**
 * `npm test`: every test that needs nothing but this checkout. What needs outside clients is `npm run test:clients`;
 * the clients that this machine lacks are named here as skipped, so that nobody takes silence for a pass.
 */
import { runTests } from './run-tests.ts'
import { formatTally } from './tally.ts'

/** The programs that `npm run test:clients` drives, and where each comes from (test/clients/install.ts). */
const CLIENTS: Readonly<Record<string, string>> = {
  skopeo: 'Debian',
  podman: 'Debian',
  buildah: 'Debian',
  docker: 'Debian docker.io',
  dockerd: 'Debian docker.io',
  ctr: 'Debian containerd',
  conformance: 'Go',
  crane: 'Go',
  oras: 'Go',
  regctl: 'Go',
  helm: 'Go',
  cosign: 'Go',
  aws: 'PyPI or Debian',
  terraform: 'not from a registry',
}

function absentClients(): string[] {
  const path = `${process.env.PATH ?? ''}:${process.env.HOME ?? '/root'}/.cache/lading-tools/go/bin`
  return Object.keys(CLIENTS).filter((name) => Bun.which(name, { PATH: path }) === null)
}

/** Everything in src/, scripts/ and test/ but the rigs that drive outside programs, which have runners of their own. */
const PATHS = ['./src', './scripts', './test', './examples', './docs', './deploy', './bench']
const RIGS = ['test/clients/**', 'test/crash/**']

const asked = process.argv.slice(2)
const ignored = RIGS.map((pattern) => `--path-ignore-patterns=${pattern}`)
const { tally, skipped } = await runTests([...ignored, ...(asked.length > 0 ? asked : PATHS)], 900_000)
for (const name of skipped) console.log(`skipped: ${name}`)
const absent = absentClients()
for (const name of absent) console.log(`skipped: tests with ${name}, which is not installed here (${CLIENTS[name]})`)
console.log(
  'not part of this run: npm run test:clients (outside clients), npm run test:kubernetes (a node), npm run test:crash (kill and power cut)',
)
console.log(formatTally({ ...tally, skipped: tally.skipped + absent.length }))
process.exit(tally.failed === 0 ? 0 : 1)
