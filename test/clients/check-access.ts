import { join } from 'node:path'
import { run } from './command.ts'
import { EXAMPLES } from './identity-example.ts'
import { assertEqual, assertThat } from './steps.ts'
import type { World } from './world.ts'

interface Check {
  readonly world: World
  readonly table: string
  /** The folder with a file of user name and password for each who is in the table. */
  readonly logins: string
  readonly environment: Readonly<Record<string, string>>
  /** What the command is run by. */
  readonly prefix?: readonly string[]
}

/** Runs examples/check-access.sh, which has to have tried every line of the table. */
export async function checkAccess({ world, table, logins, environment, prefix = [] }: Check): Promise<void> {
  const lines = (await Bun.file(table).text()).split('\n').filter((line) => /^[a-z]/.test(line))
  assertThat(lines.length > 20, `${table} has only ${lines.length} lines`)
  const program = join(EXAMPLES, 'check-access.sh')
  const command = [...prefix, program, `oci:${world.images.layout}:arm64`, logins, table]
  const { stdout } = await run(command, { environment, timeoutSeconds: 280 })
  assertEqual(stdout.match(/^ok {2}/gm)?.length, lines.length, 'lines of the table that hold')
}
