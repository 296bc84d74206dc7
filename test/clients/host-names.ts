import { join } from 'node:path'
import { attempt } from './command.ts'
import { StepSkipped } from './steps.ts'
import type { World } from './world.ts'

/**
 * What a command is run by so that names under `localhost` are this machine, also for those who ask nobody but
 * /etc/hosts and the DNS: Go programs, and Python. The command sees another /etc/hosts; the machine's stays as it is.
 *
 * @throws {StepSkipped} when the names are not known and this user may not mount
 */
export async function commandWithHostNames(world: World, names: readonly string[]): Promise<readonly string[]> {
  const hosts = join(world.directory, 'hosts')
  await Bun.write(hosts, `${await Bun.file('/etc/hosts').text()}\n127.0.0.1 ${names.join(' ')}\n`)
  const mount = 'mount --bind "$0" /etc/hosts && exec "$@"'
  const prefix = ['unshare', '--mount', '--propagation=private', 'sh', '-c', mount, hosts]
  if ((await attempt([...prefix, 'true'])).status === 0) return prefix
  for (const name of names) {
    if ((await attempt(['getent', 'hosts', name])).status !== 0) throw new StepSkipped(`${name} is not in /etc/hosts`)
  }
  return []
}
