import { renderSettingsForTerminal } from './config-table.ts'
import { serve } from './serve.ts'
import { VERSION } from './version.ts'

const USAGE = `  lading serve      serve; settings come from the environment, or from a file of NAME=value lines
  lading version    print the version
  lading --help     print this, and the settings`

const HELP = `Lading, a container registry: OCI Distribution and Amazon ECR's API in one process.

${USAGE}

Settings:

${renderSettingsForTerminal()}`

const [command, ...rest] = process.argv.slice(2)
if (command === 'serve' && rest.length === 0) {
  await serve()
} else if (command === 'version' || command === '--version') {
  console.log(`lading ${VERSION} (Bun ${Bun.version})`)
} else if (command === '--help' || command === '-h' || command === 'help') {
  console.log(HELP)
} else {
  console.error(`lading: ${problemOf(command)}\n\n${USAGE}`)
  process.exitCode = 2
}

function problemOf(given: string | undefined): string {
  if (given === undefined) return 'No command was given.'
  if (given === 'serve')
    return 'serve takes no options: settings come from the environment, as LADING_LISTEN=127.0.0.1:5001.'
  return `There is no command ${JSON.stringify(given)}.`
}
