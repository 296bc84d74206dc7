import { join } from 'node:path'
import type { World } from './world.ts'

/** An environment in which a client keeps its logins, keys and caches in the client's own folder, not in the user's. */
export function homeOf(world: World): Record<string, string> {
  const home = world.directory
  return {
    HOME: home,
    DOCKER_CONFIG: join(home, '.docker'),
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_RUNTIME_DIR: home,
  }
}
