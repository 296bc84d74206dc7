import { Command, CommanderError, Help, Option } from 'commander'
import { CliProblem } from './cli-problem.ts'
import { CLI_COMMANDS, type CliCommand } from './command-names.ts'
import type { CliContext } from './context.ts'
import { displayable } from './displayable.ts'
import { readEnvironment } from './environment.ts'
import { EXIT } from './exit-codes.ts'

type Add = (command: Command, context: CliContext) => void

/** Each is loaded when it is asked for alone: what they need differs, and a start is waited for. */
const LOAD: Readonly<Record<CliCommand, () => Promise<Add>>> = {
  image: async () => (await import('./commands/image.ts')).addImageCommands,
  tags: async () => (await import('./commands/tags.ts')).addTagsCommands,
  tag: async () => (await import('./commands/tag.ts')).addTagCommands,
  changes: async () => (await import('./commands/changes.ts')).addChangesCommand,
  lifecycle: async () => (await import('./commands/lifecycle.ts')).addLifecycleCommands,
  plan: async () => (await import('./commands/plan.ts')).addPlanCommands,
  undo: async () => (await import('./commands/plan.ts')).addUndoCommand,
  lock: async () => (await import('./commands/locks.ts')).addLockCommand,
  unlock: async () => (await import('./commands/locks.ts')).addUnlockCommand,
  locks: async () => (await import('./commands/locks.ts')).addLocksCommand,
  costs: async () => (await import('./commands/costs.ts')).addCostsCommand,
  account: async () => (await import('./commands/account.ts')).addAccountCommands,
  'oidc-provider': async () => (await import('./commands/oidc-provider.ts')).addOidcProviderCommands,
  namespace: async () => (await import('./commands/namespace.ts')).addNamespaceCommands,
  settings: async () => (await import('./commands/settings.ts')).addSettingsCommands,
  repository: async () => (await import('./commands/repository.ts')).addRepositoryCommands,
  apply: async () => (await import('./commands/apply.ts')).addApplyCommand,
  sessions: async () => (await import('./commands/sessions.ts')).addSessionCommands,
  policy: async () => (await import('./commands/policy.ts')).addPolicyCommands,
  explain: async () => (await import('./commands/explain.ts')).addExplainCommand,
  audit: async () => (await import('./commands/audit.ts')).addAuditCommands,
  events: async () => (await import('./commands/events.ts')).addEventsCommands,
  webhook: async () => (await import('./commands/webhook.ts')).addWebhookCommands,
  login: async () => (await import('./commands/login.ts')).addLoginCommand,
  token: async () => (await import('./commands/token.ts')).addTokenCommand,
  'credential-helper': async () => (await import('./commands/credential-helper.ts')).addCredentialHelperCommand,
  'pull-secrets': async () => (await import('./commands/pull-secrets.ts')).addPullSecretsCommand,
}

/**
 * Runs one command of `lading`. What was asked for goes to standard output, all else to standard error: a problem is one
 * sentence there. How it ended is the status (exit-codes.ts).
 *
 * @param args without the program's own name
 */
export async function runCli(args: readonly string[], version: string): Promise<void> {
  const context: CliContext = {
    environment: readEnvironment(),
    version,
    print: (text) => process.stdout.write(text),
    tell: (text) => process.stderr.write(text),
    write: writeOut,
    ask: process.stdin.isTTY === true && process.stderr.isTTY === true ? askTerminal : undefined,
    tellsTerminal: process.stderr.isTTY === true,
    printsTerminal: process.stdout.isTTY === true,
  }
  process.stdout.on('error', stopWithReader)
  try {
    await (await makeProgram(context, args)).parseAsync([...args], { from: 'user' })
  } catch (error) {
    process.exitCode = statusOf(error)
  }
}

/** `head` and others stop reading when they have enough. */
function stopWithReader(error: NodeJS.ErrnoException): never {
  if (error.code === 'EPIPE') process.exit(EXIT.unread)
  throw error
}

async function writeOut(bytes: Uint8Array): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()))
  await promise
}

async function askTerminal(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return await lines.question(question)
  } finally {
    lines.close()
  }
}

/** @throws what is no problem of the caller's: a bug of ours */
function statusOf(error: unknown): number {
  // commander has said it already; help that was asked for is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage
  if (!(error instanceof CliProblem)) throw error
  process.stderr.write(`lading: ${error.message}\n`)
  return error.exitCode
}

/** @param args what was given: only commands that are named in it are loaded; the others are there by name */
export async function makeProgram(context: CliContext, args: readonly string[]): Promise<Command> {
  const program = new Command('lading')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => {
        const sentence = text.replace(/^error: /, 'lading: ').trim()
        write(`${displayable(sentence.replaceAll('\n', ' '))}\n`)
      },
    })
    .helpCommand(false)
    .option('--endpoint <url>', 'the server (LADING_ENDPOINT, AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL)')
    .option('--profile <name>', 'a profile of ~/.aws/config')
    .option('--region <region>', 'of the server; it says so itself')
    .addOption(new Option('--output <format>', 'a table for people, or JSON').choices(['table', 'json']))
    .option('--json', 'the same as --output json')
    .option('--quiet', 'say nothing on standard error but what goes wrong')
  for (const [name, description] of Object.entries(CLI_COMMANDS)) {
    const command = program
      .command(name)
      .description(description)
      .configureHelp({ showGlobalOptions: true, optionDescription })
    if (!args.includes(name)) continue
    // The keys of a table are what its type says.
    const add = await LOAD[name as CliCommand]()
    add(command, context)
  }
  return program
}

/** commander tells of a mandatory option only whoever left it out. */
function optionDescription(option: Option): string {
  const description = new Help().optionDescription(option)
  return option.mandatory ? `${description} (required)` : description
}
