import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../clients/command.ts'
import { addBlob, addBlobFile, type Descriptor, finishLayout, MANIFEST_TYPE } from '../clients/oci-layout.ts'

const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar'
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json'

/** An image of one layer with one file in it, as an OCI layout with one tag. */
export interface SmallImage {
  readonly layout: string
  readonly root: Descriptor
  readonly tag: string
}

/** @param content what makes this image another than the next: nothing of it is on the node before it is pulled */
export async function makeSmallImage(directory: string, tag: string, content: string): Promise<SmallImage> {
  const [layout, tree] = [join(directory, 'layout'), join(directory, 'tree')]
  await mkdir(tree, { recursive: true })
  await Bun.write(join(tree, 'content'), content)
  const tar = join(directory, 'layer.tar')
  await run(['tar', '--owner=0', '--group=0', '--numeric-owner', '-C', tree, '-cf', tar, 'content'])
  const layer = await addBlobFile(layout, LAYER_TYPE, tar)
  const config = {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Cmd: ['/content'] },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: await addBlob(layout, CONFIG_TYPE, JSON.stringify(config)),
    layers: [layer],
  }
  const root = await addBlob(layout, MANIFEST_TYPE, JSON.stringify(manifest))
  await finishLayout(layout, { [tag]: root })
  return { layout, root, tag }
}
