import { displayable } from './displayable.ts'

interface Login {
  readonly registry: string
  readonly password: string
}

/**
 * Runs `docker login` or `podman login`, which take the password from their standard input: arguments can be seen by
 * everybody on the machine.
 *
 * @param isPlain whether the registry is without TLS, which podman wants to be told
 * @returns what the program complained of; undefined when it succeeded
 */
export async function logInWith(
  tool: string,
  { registry, password }: Login,
  isPlain: boolean,
): Promise<string | undefined> {
  const plain = tool === 'podman' && isPlain ? ['--tls-verify=false'] : []
  const child = Bun.spawn([tool, 'login', ...plain, '--username', 'AWS', '--password-stdin', registry], {
    stdin: new Blob([password]),
    stdout: 'ignore',
    stderr: 'pipe',
  })
  const [complaint, status] = await Promise.all([new Response(child.stderr).text(), child.exited])
  if (status === 0) return undefined
  const lines = complaint.split('\n').filter((line) => line.trim() !== '')
  return displayable(lines.at(-1) ?? `it ended with status ${status}`)
}
