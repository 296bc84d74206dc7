import { Command, CommanderError, Help, type Option } from 'commander'
import { CliProblem } from './cli-problem.ts'
import { CLI_COMMANDS, type CliCommand } from './command-names.ts'
import { addAccountCommands } from './commands/account.ts'
import { addAuditCommands } from './commands/audit.ts'
import { addCostsCommand } from './commands/costs.ts'
import { addCredentialHelperCommand } from './commands/credential-helper.ts'
import { addEventsCommands } from './commands/events.ts'
import { addExplainCommand } from './commands/explain.ts'
import { addImageCommands } from './commands/image.ts'
import { addLoginCommand } from './commands/login.ts'
import { addNamespaceCommands } from './commands/namespace.ts'
import { addOidcProviderCommands } from './commands/oidc-provider.ts'
import { addPolicyCommands } from './commands/policy.ts'
import { addPullSecretsCommand } from './commands/pull-secrets.ts'
import { addSessionCommands } from './commands/sessions.ts'
import { addSettingsCommands } from './commands/settings.ts'
import { addTagsCommands } from './commands/tags.ts'
import { addTokenCommand } from './commands/token.ts'
import { addWebhookCommands } from './commands/webhook.ts'
import type { CliContext } from './context.ts'
import { readEnvironment } from './environment.ts'

const ADD: Readonly<Record<CliCommand, (command: Command, context: CliContext) => void>> = {
  image: addImageCommands,
  tags: addTagsCommands,
  costs: addCostsCommand,
  account: addAccountCommands,
  'oidc-provider': addOidcProviderCommands,
  namespace: addNamespaceCommands,
  settings: addSettingsCommands,
  sessions: addSessionCommands,
  policy: addPolicyCommands,
  explain: addExplainCommand,
  audit: addAuditCommands,
  events: addEventsCommands,
  webhook: addWebhookCommands,
  login: addLoginCommand,
  token: addTokenCommand,
  'credential-helper': addCredentialHelperCommand,
  'pull-secrets': addPullSecretsCommand,
}

/**
 * Runs one command of `lading`. What was asked for goes to standard output; a problem is one sentence on standard
 * error and status 1, or 2 when the command itself was wrong.
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
  }
  try {
    await makeProgram(context).parseAsync([...args], { from: 'user' })
  } catch (error) {
    process.exitCode = statusOf(error)
  }
}

async function writeOut(bytes: Uint8Array): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()))
  await promise
}

/** @throws what is no problem of the caller's: a bug of ours */
function statusOf(error: unknown): number {
  // commander has said it already; help that was asked for is no error.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
  if (!(error instanceof CliProblem)) throw error
  process.stderr.write(`lading: ${error.message}\n`)
  return error.exitCode
}

function makeProgram(context: CliContext): Command {
  const program = new Command('lading')
    .exitOverride()
    .configureOutput({
      outputError: (text, write) =>
        write(
          `${text
            .replace(/^error: /, 'lading: ')
            .trim()
            .replaceAll('\n', ' ')}\n`,
        ),
    })
    .helpCommand(false)
    .option('--endpoint <url>', 'the server (LADING_ENDPOINT, AWS_ENDPOINT_URL_ECR, AWS_ENDPOINT_URL)')
    .option('--profile <name>', 'a profile of ~/.aws/config')
    .option('--region <region>', 'of the server; it says so itself')
    .option('--json', 'print what the server answered')
  for (const [name, description] of Object.entries(CLI_COMMANDS)) {
    const command = program
      .command(name)
      .description(description)
      .configureHelp({ showGlobalOptions: true, optionDescription })
    // The keys of a table are what its type says.
    ADD[name as CliCommand](command, context)
  }
  return program
}

/** commander tells of a mandatory option only whoever left it out. */
function optionDescription(option: Option): string {
  const description = new Help().optionDescription(option)
  return option.mandatory ? `${description} (required)` : description
}
