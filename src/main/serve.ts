import { JsonLog } from '../adapters/log/json-log.ts'
import { Metrics } from '../adapters/metrics/metrics.ts'
import { Refusal } from '../core/refusal.ts'
import { auditSigner } from '../services/audit/audit-signer.ts'
import { checkpointAudit } from '../services/audit/checkpoint-audit.ts'
import { sealAudit } from '../services/audit/seal-audit.ts'
import { CollectionMemory } from '../services/collection/collection-memory.ts'
import { makeApplication } from './application.ts'
import { backgroundJobs } from './background-jobs.ts'
import { type Installation, openInstallation } from './compose.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { meaningOfHangup } from './hangup.ts'
import { Jobs } from './jobs.ts'
import { observeRequests } from './observe-requests.ts'
import { addAuditMetrics, addProcessMetrics } from './process-metrics.ts'
import { type Application, RegistryServer } from './server.ts'
import { ServiceEndpoints } from './service-endpoints.ts'
import { VERSION } from './version.ts'
import { formatStart } from './welcome.ts'

const STDERR = 2
/** What a job gets to end its transaction, also when requests get no time at all. */
const LEAST_FOR_JOBS_MS = 2000
/** After so long without a request nobody notices what the collector does. */
const QUIET_MS = 250
/** One Ctrl-C reaches us up to three times: from the terminal, from npm and from the script between. */
const SAME_SIGNAL_MS = 1000
/** How long an ending process waits for whoever reads its log. */
const LAST_LINES_MS = 1000

/**
 * `lading serve`: runs until a signal. Ends the process with status 2 for settings that are wrong, before anything was
 * made, and with 1 when it cannot start.
 */
export async function serve(): Promise<void> {
  // Before anything is made: the database tells as much as the images, and everybody on the machine could read it.
  process.umask(0o077)
  const config = settingsOrExit()
  const log = new JsonLog({ level: config.logLevel, fileDescriptor: STDERR })
  try {
    await start(config, log)
  } catch (error) {
    const reason = error instanceof Refusal ? withCause(error) : messageOf(error)
    log.write('debug', 'could not start', { error })
    await log.flush(LAST_LINES_MS)
    exitWith(1, [`cannot start: ${reason}`])
  }
}

/** What callers are told of a refusal does not say why; whoever starts the server must know. */
function withCause(refusal: Refusal): string {
  return refusal.cause === undefined ? refusal.message : `${refusal.message} ${messageOf(refusal.cause)}`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function settingsOrExit(): Config {
  try {
    return readConfig()
  } catch (error) {
    if (error instanceof ConfigError) exitWith(2, error.problems)
    throw error
  }
}

function exitWith(status: number, sentences: readonly string[]): never {
  for (const sentence of sentences) console.error(`lading: ${sentence}`)
  process.exit(status)
}

/** Listens first: an address that is taken is found out before anything is made. Requests wait until all is open. */
async function start(config: Config, log: JsonLog): Promise<void> {
  const metrics = new Metrics()
  const ready = Promise.withResolvers<Application>()
  let application: Application = async (request, path, context) => (await ready.promise)(request, path, context)
  const observe = observeRequests(metrics, log)
  let lastAnswerMs = Number.NEGATIVE_INFINITY
  const server = new RegistryServer({
    ...config,
    log,
    application: (request, path, context) => application(request, path, context),
    observe: (exchange) => {
      lastAnswerMs = performance.now()
      observe(exchange)
    },
  })
  addProcessMetrics(metrics, server)
  metrics.counterOf('lading_log_lines_dropped_total', 'Log lines that nobody read in time.', () => log.droppedLines)
  const installation = await openInstallation(config, log)
  const { services } = installation
  addAuditMetrics(metrics, services.audit)
  const awsOptions = { version: VERSION, externalUrl: config.externalUrl }
  application = makeApplication(services, new ServiceEndpoints(services, metrics, log), awsOptions)
  ready.resolve(application)
  const memory = new CollectionMemory()
  const jobs = new Jobs(log, metrics)
  const isQuiet = () => server.requestsInFlight === 0 && performance.now() - lastAnswerMs > QUIET_MS
  for (const job of backgroundJobs({ services, config, memory, log, metrics, isQuiet })) jobs.start(job)
  // Whoever reads that it has started may stop it at once.
  handleSignals({ server, jobs, installation, memory, log, stopTimeoutMs: config.stopTimeoutMs })
  process.stdout.write(formatStart(config, installation, server.addresses))
  log.write('info', 'started', { version: VERSION, addresses: server.addresses })
}

interface Running {
  readonly server: RegistryServer
  readonly jobs: Jobs
  readonly installation: Installation
  readonly memory: CollectionMemory
  readonly log: JsonLog
  readonly stopTimeoutMs: number
}

function handleSignals(running: Running): void {
  const { log, memory } = running
  let stoppingSinceMs: number | undefined
  const stopOnce = (signal: NodeJS.Signals): void => {
    if (stoppingSinceMs === undefined) {
      stoppingSinceMs = performance.now()
      void stop(running, signal)
    } else if (performance.now() - stoppingSinceMs > SAME_SIGNAL_MS) {
      log.write('warn', 'stopped at once', { signal })
      void exitAfterLog(log, 1)
    }
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stopOnce)
  const ignore = (signal: NodeJS.Signals) => log.write('info', 'ignored a signal', { signal })
  process.on('SIGHUP', meaningOfHangup() === 'stop' ? stopOnce : ignore)
  process.on('SIGUSR2', () => log.write('warn', 'collection confirmed', { waited: memory.confirm() }))
  // A promise that nobody waits for is a bug, but none for which every running push should fail.
  process.on('unhandledRejection', (error) => log.write('error', 'unhandled rejection', { error }))
  // Nobody knows what state it leaves, so the process ends; but not before its log says why.
  process.on('uncaughtException', (error) => {
    log.write('error', 'uncaught exception', { error })
    void exitAfterLog(log, 1)
  })
}

/** Requests first, then what works in the background, then the stores: nothing that was accepted is lost. */
async function stop({ server, jobs, installation, log, stopTimeoutMs }: Running, signal: string): Promise<void> {
  log.write('info', 'stopping', { signal, requestsInFlight: server.requestsInFlight })
  let status = 0
  try {
    installation.services.eventHub.closeStreams()
    const jobsStopped = jobs.stop(Math.max(stopTimeoutMs, LEAST_FOR_JOBS_MS))
    await server.stop()
    await jobsStopped
    await installation.services.pulls.flush()
    await installation.services.uses.flush()
    await endAudit(installation.services)
    await installation[Symbol.asyncDispose]()
  } catch (error) {
    log.write('error', 'the stop went wrong', { error })
    status = 1
  }
  log.write('info', 'stopped')
  await exitAfterLog(log, status)
}

/** What was noted last is written, sealed and signed for, so that nothing of this process's life can be changed unseen. */
async function endAudit(services: Installation['services']): Promise<void> {
  await services.audit.close()
  await sealAudit(services)
  await checkpointAudit(services, auditSigner(services.keys))
}

async function exitAfterLog(log: JsonLog, status: number): Promise<never> {
  await log.flush(LAST_LINES_MS)
  process.exit(status)
}
