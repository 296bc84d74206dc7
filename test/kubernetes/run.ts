// Runs a Kubernetes node against a real server: `npm run test:kubernetes [-- scenario…] [--keep]`.
//   scenario…   only the scenarios whose name contains one of these
//   --keep      keep the folder with logs also when all passed
// test/kubernetes/install.ts builds what it needs, test/clients/install.ts brings containerd. Needs root.
import { rmSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { formatTally } from '../../scripts/tally.ts'
import { startServer } from '../clients/server.ts'
import { assertEqual, StepSkipped } from '../clients/steps.ts'
import { findTool } from '../clients/tools.ts'
import { Cluster, endClusters } from './cluster.ts'
import { findLeftovers } from './leftovers.ts'
import { findProgram } from './programs.ts'
import type { Scenario, World } from './scenario.ts'
import { SCENARIOS } from './scenarios.ts'

// Short, because the paths of sockets are.
const DIRECTORY = join(tmpdir(), `lading-k8s-${process.pid}`)
const STEP_TIMEOUT_SECONDS = 240
const LEAVE_TIMEOUT_SECONDS = 5
const TOOLS = ['containerd', 'ctr', 'openssl'] as const
const PROGRAMS = ['etcd', 'kube-apiserver', 'kubelet'] as const

const { values: options, positionals: names } = parseArgs({
  options: { keep: { type: 'boolean' } },
  allowPositionals: true,
})
const tally = { passed: 0, failed: 0, skipped: 0 }

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    endClusters()
    rmSync(DIRECTORY, { recursive: true, force: true })
    process.exit(130)
  })
}
const chosen = SCENARIOS.filter(({ name }) => names.length === 0 || names.some((part) => name.includes(part)))
const missing = whatIsMissing()
if (missing === undefined) await runOnNode(chosen)
else for (const { name } of chosen) reportSkip(name, missing)
console.log(formatTally(tally))
process.exit(tally.failed === 0 ? 0 : 1)

/** Why there can be no node on this machine, or undefined when there can. */
function whatIsMissing(): string | undefined {
  const absent = [
    ...TOOLS.filter((name) => findTool(name) === undefined),
    ...PROGRAMS.filter((name) => findProgram(name) === undefined),
  ]
  if (absent.length > 0) return `not installed: ${absent.join(', ')}`
  return process.getuid?.() === 0 ? undefined : 'a node needs root'
}

async function runOnNode(scenarios: readonly Scenario[]): Promise<void> {
  const directory = DIRECTORY
  await mkdir(directory)
  try {
    const server = await startServer({ directory: join(directory, 'server'), tls: false })
    let cluster: Cluster | undefined
    await runStep('node', 'a control plane and a container runtime start', async () => {
      cluster = await Cluster.start(directory, server.endpoint.host)
    })
    if (cluster !== undefined) await runScenarios(scenarios, { cluster, registry: server.endpoint, directory })
    await runStep('server', 'answered nobody 5xx and logged no error', server.assertNoFault)
    await runStep('server', 'stops by itself on SIGTERM', server.stop)
  } finally {
    endClusters()
  }
  await runStep('node', 'leaves nothing behind', async () => {
    assertEqual(await untilNothingIsLeft(directory), [], 'what is left')
  })
  if (tally.failed === 0 && options.keep !== true) await rm(directory, { recursive: true, force: true })
  else console.log(`logs: ${directory}`)
}

/** A process that was killed takes a moment to go. */
async function untilNothingIsLeft(directory: string): Promise<readonly string[]> {
  const deadline = Date.now() + LEAVE_TIMEOUT_SECONDS * 1000
  while (findLeftovers(directory).length > 0 && Date.now() < deadline) await Bun.sleep(50)
  return findLeftovers(directory)
}

async function runScenarios(scenarios: readonly Scenario[], world: World): Promise<void> {
  for (const { name, needs, steps } of scenarios) {
    const absent = needs.filter((program) => findProgram(program) === undefined)
    if (absent.length > 0) {
      reportSkip(name, `not installed: ${absent.join(', ')}`)
      continue
    }
    const directory = join(world.directory, name.replaceAll(' ', '-'))
    await mkdir(directory)
    // A step builds on those before it: what follows one that did not hold says nothing.
    let whyNot: string | undefined
    for (const { name: step, run } of steps({ ...world, directory })) {
      if (whyNot !== undefined) reportSkip(`${name}, ${step}`, whyNot)
      else whyNot = await runStep(name, step, run)
    }
  }
  await runStep('node', 'stops', () => world.cluster.stop())
}

/** @returns undefined when the step held, otherwise why what builds on it cannot be run */
async function runStep(scenario: string, name: string, body: () => Promise<void>): Promise<string | undefined> {
  const startedAt = performance.now()
  const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(1)
  try {
    await withTimeout(body())
    tally.passed += 1
    console.log(`${scenario}: ok, ${name} (${seconds()} s)`)
    return undefined
  } catch (error) {
    if (error instanceof StepSkipped) {
      reportSkip(`${scenario}, ${name}`, error.message)
      return error.message
    }
    tally.failed += 1
    console.log(`${scenario}: FAILED, ${name} (${seconds()} s)`)
    console.log(error instanceof Error ? (error.stack ?? error.message) : error)
    return `"${name}" failed`
  }
}

function reportSkip(what: string, why: string): void {
  tally.skipped += 1
  console.log(`skipped: ${what}: ${why}`)
}

async function withTimeout(work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const complaint = new Error(`took longer than ${STEP_TIMEOUT_SECONDS} s`)
  const timer = setTimeout(() => reject(complaint), STEP_TIMEOUT_SECONDS * 1000)
  try {
    await Promise.race([work, promise])
  } finally {
    clearTimeout(timer)
  }
}
