import { basename } from 'node:path'
import { CLI_COMMANDS, isCliCommand, isCliOption } from '../cli/command-names.ts'
import { renderSettingsForTerminal } from './config-table.ts'
import { nearestName } from './nearest-name.ts'
import { VERSION } from './version.ts'

/** What docker calls this program when it asks it for a password. */
const CREDENTIAL_HELPER = 'docker-credential-lading'
const OWN_COMMANDS = {
  serve: 'serve; settings come from the environment or a file of NAME=value lines',
  version: 'print the version',
  '--help': 'print this, and the settings',
}

const USAGE = `${usageOf(OWN_COMMANDS)}
  speaking to a server: lading ${Object.keys(CLI_COMMANDS).join(', ')}`

const HELP = `Lading, a container registry: OCI Distribution and Amazon ECR's API in one process.

${usageOf(OWN_COMMANDS)}

What speaks to a server (lading COMMAND --help says more):

${usageOf(CLI_COMMANDS)}

Settings of lading serve:

${renderSettingsForTerminal()}`

const args = process.argv.slice(2)
const [command, ...rest] = args
if (basename(process.argv0) === CREDENTIAL_HELPER) {
  await runCli(['credential-helper', ...args])
} else if (command === 'serve' && rest.length === 0) {
  // Each loads only what it needs: a server starts without the command line's packages, and a command without SQLite.
  const { serve } = await import('./serve.ts')
  await serve()
} else if (command === 'version' || command === '--version') {
  console.log(`lading ${VERSION} (Bun ${Bun.version})`)
} else if (command === '--help' || command === '-h' || command === 'help') {
  console.log(HELP)
} else if (command !== undefined && (isCliCommand(command) || isCliOption(command))) {
  await runCli(args)
} else {
  console.error(`lading: ${problemOf(command)}\n\n${USAGE}`)
  process.exitCode = 2
}

function usageOf(commands: Readonly<Record<string, string>>): string {
  return Object.entries(commands)
    .map(([name, description]) => `  lading ${name.padEnd(17)}  ${description}`)
    .join('\n')
}

async function runCli(given: readonly string[]): Promise<void> {
  const cli = await import('../cli/run.ts')
  await cli.runCli(given, VERSION)
}

function problemOf(given: string | undefined): string {
  if (given === undefined) return 'No command was given.'
  if (given === 'serve')
    return 'serve takes no options: settings come from the environment, as LADING_LISTEN=127.0.0.1:5001.'
  const nearest = nearestName(given, [...Object.keys(OWN_COMMANDS), ...Object.keys(CLI_COMMANDS)])
  return `There is no command ${JSON.stringify(given)}.${nearest === undefined ? '' : ` Did you mean ${nearest}?`}`
}
