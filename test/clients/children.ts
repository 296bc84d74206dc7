/** Process groups of daemons that the tests started and that must not outlive them. */
const running = new Map<number, Bun.Subprocess>()

/** Starts a long-running program in a process group of its own, so that it can be ended with all it started. */
export function spawnInGroup(
  command: readonly string[],
  options: {
    readonly environment: Readonly<Record<string, string | undefined>>
    readonly log: number
    readonly directory?: string
  },
): Bun.Subprocess {
  const child = Bun.spawn([...command], {
    env: options.environment,
    ...(options.directory === undefined ? {} : { cwd: options.directory }),
    stdin: 'ignore',
    stdout: options.log,
    stderr: options.log,
    detached: true,
  })
  running.set(child.pid, child)
  child.exited.then(() => running.delete(child.pid))
  return child
}

/** Ends the program and everything in its group at once. */
export function killGroup(child: Bun.Subprocess): void {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

/** For when the tests themselves are told to stop: nothing that they started goes on. */
export function killAllGroups(): void {
  for (const child of running.values()) killGroup(child)
}
