import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

export type FileSystem = 'ext4' | 'xfs'

/** Why the disks cannot be made here, or undefined when they can. */
export async function whyNoDisks(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'needs root'
  for (const tool of ['mkfs.ext4', 'mkfs.xfs', 'losetup', 'mount']) {
    if (Bun.which(tool, { PATH: `${process.env.PATH}:/usr/sbin:/sbin` }) === null) return `needs ${tool}`
  }
  const free = Bun.spawnSync(['losetup', '-f'], { stdout: 'pipe', stderr: 'pipe' })
  return free.exitCode === 0 ? undefined : `needs loop devices: ${free.stderr.toString().trim()}`
}

async function run(...command: string[]): Promise<string> {
  const child = Bun.spawn(command, { stdin: 'ignore', stdout: 'pipe', stderr: 'pipe' })
  const [out, err, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}: ${err.trim()}`)
  return out.trim()
}

/** Every mount of this process, the latest last. */
const mounted: string[] = []

/** For a rig that is interrupted: nothing stays mounted, and no loop device stays taken. */
export function unmountAll(): void {
  for (const at of mounted.splice(0).toReversed()) Bun.spawnSync(['umount', '-l', at])
}

/** File systems in files, under one folder. Closing it unmounts all of them, in whatever state they are. */
export class Disks implements AsyncDisposable {
  readonly folder: string
  readonly #mounted: string[] = []

  constructor(folder: string) {
    this.folder = folder
    mkdirSync(folder, { recursive: true })
  }

  /** Makes an image file with an empty file system. @returns its path */
  async make(name: string, fileSystem: FileSystem, sizeMiB: number, at: string = this.folder): Promise<string> {
    const image = join(at, `${name}.img`)
    await run('truncate', '-s', `${sizeMiB}M`, image)
    if (fileSystem === 'xfs') await run('mkfs.xfs', '-q', '-f', '-m', 'reflink=1', image)
    else await run('mkfs.ext4', '-q', '-F', image)
    return image
  }

  /** Mounts an image. @returns where */
  async mount(image: string, name: string, fileSystem: FileSystem): Promise<string> {
    const at = join(this.folder, name)
    mkdirSync(at, { recursive: true })
    // A copy of an xfs has the same id as what it was copied from, which is mounted.
    await run('mount', '-t', fileSystem, '-o', fileSystem === 'xfs' ? 'loop,nouuid' : 'loop', image, at)
    this.#note(at)
    return at
  }

  async mountTmpfs(name: string, sizeMiB: number): Promise<string> {
    const at = join(this.folder, name)
    mkdirSync(at, { recursive: true })
    await run('mount', '-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'lading-crash-rig', at)
    this.#note(at)
    return at
  }

  /** Makes a folder a mount of its own, so that it can be made read-only. */
  async bind(path: string): Promise<void> {
    await run('mount', '--bind', path, path)
    this.#note(path)
  }

  async remount(path: string, mode: 'ro' | 'rw'): Promise<void> {
    await run('mount', '-o', `remount,bind,${mode}`, path)
  }

  async unmount(at: string): Promise<void> {
    await run('umount', at)
    this.#mounted.splice(this.#mounted.lastIndexOf(at), 1)
    mounted.splice(mounted.lastIndexOf(at), 1)
  }

  #note(at: string): void {
    this.#mounted.push(at)
    mounted.push(at)
  }

  /** What the disk of `image` would hold if the power went now; the server goes on. */
  async cut(image: string, copy: string): Promise<{ fromMs: number; toMs: number }> {
    const fromMs = performance.now()
    await run('cp', '--reflink=always', image, copy)
    return { fromMs, toMs: performance.now() }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const at of this.#mounted.splice(0).toReversed()) {
      mounted.splice(mounted.lastIndexOf(at), 1)
      // Whatever still holds it has been killed; a lazy unmount frees the loop device as soon as that is gone.
      await run('umount', at)
        .catch(() => run('umount', '-l', at))
        .catch((error) => console.error(String(error)))
    }
    rmSync(this.folder, { recursive: true, force: true })
  }
}
