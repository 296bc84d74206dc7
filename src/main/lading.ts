import { renderSettingsForTerminal } from './config-table.ts'
import { serve } from './serve.ts'
import { VERSION } from './version.ts'

const HELP = `Lading, a container registry: OCI Distribution and Amazon ECR's API in one process.

  lading serve      serve; settings come from the environment, or from a file of NAME=value lines
  lading version    print the version
  lading --help     print this

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
  const problem =
    command === undefined ? 'No command was given.' : `There is no command "${[command, ...rest].join(' ')}".`
  console.error(`lading: ${problem}\n\n${HELP}`)
  process.exitCode = 2
}
