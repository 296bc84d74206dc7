import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { attempt } from './command.ts'
import { assertEqual, assertThat, type Client, step } from './steps.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

// Everything that the suite knows, with nothing left to its defaults: spec HEAD's `conformance` folder, 2026-08-31.
const API_OPTIONS = [
  ...['PULL', 'PUSH', 'REFERRER'],
  ...['ATOMIC', 'DELETE', 'DIGEST_HEADER', 'MOUNT_ANONYMOUS', 'UPLOAD_CANCEL'].map((name) => `BLOBS_${name}`),
  ...['ATOMIC', 'DELETE', 'DIGEST_HEADER', 'TAG_PARAM'].map((name) => `MANIFESTS_${name}`),
  ...['ATOMIC', 'DELETE', 'LIST'].map((name) => `TAGS_${name}`),
].map((name) => `OCI_API_${name}`)
const DATA_OPTIONS = [
  ...['IMAGE', 'INDEX', 'INDEX_LIST', 'SPARSE', 'ARTIFACT', 'SUBJECT', 'SUBJECT_MISSING', 'ARTIFACT_LIST'],
  ...['SUBJECT_LIST', 'DATA_FIELD', 'NONDISTRIBUTABLE', 'CUSTOM_FIELDS', 'NO_LAYERS', 'EMPTY_BLOB', 'SHA512'],
].map((name) => `OCI_DATA_${name}`)

/** The fewest checks that a run with everything switched on makes; fewer means that something was left out. */
const FEWEST_CHECKS = 1000
const FEWEST_CATEGORIES = 50

/** What results.yaml says: which options the run had, and how each of the suite's categories ended. */
interface Results {
  readonly config: { readonly apis: unknown; readonly data: unknown }
  readonly apis: Readonly<Record<string, string>>
  readonly data: Readonly<Record<string, string>>
}

/** The official OCI conformance suite, with every data and API option switched on and no skip accepted. */
export const conformance: Client = {
  name: 'conformance',
  needs: ['conformance'],
  steps: (world) => [step('every check of the suite passes, none is skipped', () => runSuite(world))],
}

async function runSuite(world: World): Promise<void> {
  const results = join(world.directory, 'results')
  await mkdir(results, { recursive: true })
  const outcome = await attempt([tool('conformance')], {
    environment: settingsOf(world, results),
    directory: world.directory,
    timeoutSeconds: 280,
  })
  await Bun.write(join(world.directory, 'output.txt'), outcome.stdout + outcome.stderr)
  const file = join(results, 'results.yaml')
  // The suite ends with status 0 also when it could not even read its settings.
  if (!existsSync(file)) throw new Error(`the suite left no results.yaml\n${outcome.stdout}${outcome.stderr}`)
  // Written by the pinned suite; the checks below fail on any other shape.
  judge(Bun.YAML.parse(await Bun.file(file).text()) as Results, outcome.stdout)
  await countChecks(join(results, 'junit.xml'))
  assertEqual(outcome.status, 0, 'the exit status of the suite')
}

function settingsOf({ registry }: World, results: string): Record<string, string> {
  return {
    ...Object.fromEntries([...API_OPTIONS, ...DATA_OPTIONS].map((name) => [name, 'true'])),
    OCI_REGISTRY: registry.host,
    OCI_TLS: registry.certificateFile === undefined ? 'disabled' : 'insecure',
    OCI_REPO1: 'conformance/repo1',
    OCI_REPO2: 'conformance/repo2',
    OCI_USERNAME: registry.accessKeyId,
    OCI_PASSWORD: registry.secretAccessKey,
    OCI_VERSION: 'dev',
    OCI_RESULTS_DIR: results,
  }
}

/** @throws {Error} naming every category and every single check that did not pass, and every option that was off */
function judge({ config, apis, data }: Results, output: string): void {
  const off = [...JSON.stringify([config.apis, config.data]).matchAll(/"(\w+)":false/g)].map((match) => match[1])
  assertEqual(off, [], 'the options that were switched off')
  const categories = Object.entries({ ...apis, ...data })
  assertThat(categories.length >= FEWEST_CATEGORIES, `only ${categories.length} categories were judged`)
  const notPassed = categories.filter(([, status]) => status !== 'Pass').map(([name, status]) => `${name}: ${status}`)
  if (notPassed.length === 0) return
  const checks = output.split('\n').filter((line) => /^\s+(OCI Conformance Test\/.*: (?!Pass)\w+$|- )/.test(line))
  throw new Error(['not passed:', ...notPassed, ...checks].join('\n'))
}

/** Says how many checks were made, and refuses a run that made too few of them or skipped some. */
async function countChecks(junitFile: string): Promise<void> {
  const suite = /<testsuite (.*)>/.exec(await Bun.file(junitFile).text())?.[1] ?? ''
  // An attribute is left out when it counts nothing.
  const count = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(suite)?.[1] ?? 0)
  const [checks, failures, errors, skipped] = [count('tests'), count('failures'), count('errors'), count('skipped')]
  console.log(`conformance: ${checks} checks, ${failures} failures, ${errors} errors, ${skipped} skipped`)
  assertThat(checks >= FEWEST_CHECKS, `only ${checks} checks were made, not ${FEWEST_CHECKS}`)
  assertEqual([failures, errors, skipped], [0, 0, 0], 'failures, errors, skipped')
}
