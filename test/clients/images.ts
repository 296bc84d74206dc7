import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from './command.ts'
import {
  addBlob,
  addBlobFile,
  type Descriptor,
  findInLayout,
  finishLayout,
  hashFile,
  INDEX_TYPE,
  MANIFEST_TYPE,
} from './oci-layout.ts'
import { CACHE_DIRECTORY, tool } from './tools.ts'

/** Real images: Debian as mmdebstrap makes it, and an application from npm on top. */
export interface Images {
  /** An OCI layout with the tags `amd64` (over 100 MB compressed), `arm64` and `multi` (an index of both). */
  readonly layout: string
  readonly amd64: Descriptor
  readonly arm64: Descriptor
  readonly multi: Descriptor
  /** The amd64 root file system, uncompressed, for `docker import`. */
  readonly rootFileSystem: string
}

const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar+gzip'
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json'

// All that decides the content, apart from Debian's own point releases; the cache is keyed by it.
const RECIPE = {
  version: 1,
  suite: 'bookworm',
  amd64: { variant: 'minbase', include: 'nodejs' },
  arm64: { variant: 'extract', include: 'bash,openssl,python3-minimal' },
  application: ['express@5.3.0', 'typescript@7.0.2'],
} as const

/** Finds the images in the cache or builds them, which takes one to three minutes and needs Debian's and npm's mirrors. */
export async function prepareImages(): Promise<Images> {
  const key = new Bun.CryptoHasher('sha256').update(JSON.stringify(RECIPE)).digest('hex').slice(0, 12)
  const directory = join(CACHE_DIRECTORY, 'images', key)
  if (!existsSync(directory)) await build(directory)
  const layout = join(directory, 'layout')
  const [amd64, arm64, multi] = await Promise.all(
    (['amd64', 'arm64', 'multi'] as const).map((tag) => findInLayout(layout, tag)),
  )
  if (amd64 === undefined || arm64 === undefined || multi === undefined) throw new Error(`${layout} is not whole`)
  return { layout, amd64, arm64, multi, rootFileSystem: join(directory, 'amd64.tar') }
}

/** Builds beside the final place and renames, so that a broken build is never taken for an image. */
async function build(directory: string): Promise<void> {
  const work = `${directory}.${process.pid}`
  await mkdir(work, { recursive: true })
  try {
    await Promise.all([bootstrap(work, 'amd64'), bootstrap(work, 'arm64'), packApplication(work)])
    await writeLayout(work)
    await rename(work, directory)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function bootstrap(work: string, architecture: 'amd64' | 'arm64'): Promise<void> {
  const { variant, include } = RECIPE[architecture]
  const what = [`--variant=${variant}`, `--architectures=${architecture}`, `--include=${include}`, RECIPE.suite]
  await run([tool('mmdebstrap'), '--mode=root', ...what, join(work, `${architecture}.tar`)], { timeoutSeconds: 600 })
}

async function packApplication(work: string): Promise<void> {
  const application = join(work, 'srv/app')
  await mkdir(application, { recursive: true })
  await Bun.write(join(application, 'package.json'), JSON.stringify({ name: 'app', version: '1.0.0', private: true }))
  const install = [tool('npm'), 'install', '--ignore-scripts', '--no-audit', '--no-fund', ...RECIPE.application]
  await run(install, { directory: application, timeoutSeconds: 300 })
  const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner']
  await run(['tar', ...reproducible, '-C', work, '-cf', join(work, 'app.tar'), 'srv'])
  await rm(join(work, 'srv'), { recursive: true })
}

async function writeLayout(work: string): Promise<void> {
  const layout = join(work, 'layout')
  const application = await addLayer(layout, join(work, 'app.tar'))
  const [amd64, arm64] = [
    await addImage(layout, 'amd64', [await addLayer(layout, join(work, 'amd64.tar')), application]),
    await addImage(layout, 'arm64', [await addLayer(layout, join(work, 'arm64.tar')), application]),
  ]
  const index = { schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [amd64, arm64] }
  const multi = await addBlob(layout, INDEX_TYPE, JSON.stringify(index))
  await finishLayout(layout, { amd64, arm64, multi })
}

interface Layer {
  readonly descriptor: Descriptor
  readonly diffId: string
}

async function addLayer(layout: string, tar: string): Promise<Layer> {
  const diffId = await hashFile(tar)
  await run(['gzip', '--no-name', '--keep', '--force', tar], { timeoutSeconds: 300 })
  return { descriptor: await addBlobFile(layout, LAYER_TYPE, `${tar}.gz`), diffId }
}

async function addImage(layout: string, architecture: string, layers: readonly Layer[]): Promise<Descriptor> {
  const config = await addBlob(
    layout,
    CONFIG_TYPE,
    JSON.stringify({
      architecture,
      os: 'linux',
      config: { Cmd: ['/usr/bin/node', '/srv/app/node_modules/.bin/tsc', '--version'] },
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.diffId) },
    }),
  )
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config,
    layers: layers.map((layer) => layer.descriptor),
    annotations: { 'org.opencontainers.image.title': `Debian with an application, ${architecture}` },
  }
  const descriptor = await addBlob(layout, MANIFEST_TYPE, JSON.stringify(manifest))
  return { ...descriptor, platform: { os: 'linux', architecture } }
}
