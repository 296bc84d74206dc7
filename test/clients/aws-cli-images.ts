import { join } from 'node:path'
import { type Cli, ecrJson, ecrRefused } from './aws-cli-run.ts'
import { blobPath, readClosure } from './oci-layout.ts'
import { ask, assertGone, assertTag, pushImage } from './registry-http.ts'
import { assertEqual, assertIncludes, assertThat, type Step, step } from './steps.ts'

export function readImageSteps(cli: Cli): readonly Step[] {
  const { registry, images } = cli.world
  const { repository } = cli
  const image = { layout: images.layout, root: images.multi, tag: 'multi' }
  return [
    step('list-images and describe-images of what was pushed', async () => {
      await pushImage(registry, repository, image)
      const { imageIds } = await ecrJson(cli, 'list-images')
      assertEqual(imageIds.length, 3, 'an index and its two images')
      const filter = ['--filter', 'tagStatus=TAGGED']
      const tagged = await ecrJson(cli, 'list-images', ...filter)
      assertEqual(tagged.imageIds, [{ imageDigest: images.multi.digest, imageTag: 'multi' }], 'the tagged images')
      const { imageDetails } = await ecrJson(cli, 'describe-images', '--image-ids', 'imageTag=multi')
      assertEqual(imageDetails[0].imageDigest, images.multi.digest, 'the digest')
      assertEqual(imageDetails[0].imageManifestMediaType, images.multi.mediaType, 'the media type')
      assertRecent(imageDetails[0].imagePushedAt)
    }),
    step('describe-images tells the size of the layers', async () => {
      const details = await ecrJson(cli, 'describe-images', '--image-ids', `imageDigest=${images.arm64.digest}`)
      const closure = await readClosure(images.layout, images.arm64)
      const sizeBytes = closure.filter((part) => part.digest !== images.arm64.digest)
      const total = sizeBytes.reduce((sum, part) => sum + part.size, 0)
      const found = details.imageDetails[0].imageSizeInBytes
      assertThat(found > total * 0.99 && found <= total + 10_000, `the size is ${found}, the parts are ${total} bytes`)
    }),
    step('batch-get-image gives the very manifest, and names what it did not find', async () => {
      const ids = ['imageTag=multi', 'imageTag=missing']
      const answer = await ecrJson(cli, 'batch-get-image', '--image-ids', ...ids)
      const original = await Bun.file(blobPath(images.layout, images.multi.digest)).text()
      assertEqual(answer.images[0].imageManifest, original, 'the manifest')
      assertEqual(answer.failures[0].failureCode, 'ImageNotFound', 'the failure')
    }),
  ]
}

export function writeImageSteps(cli: Cli): readonly Step[] {
  const { registry, images } = cli.world
  const { repository } = cli
  return [
    step('put-image gives an image another tag', async () => {
      const manifest = await Bun.file(blobPath(images.layout, images.multi.digest)).text()
      const type = ['--image-manifest-media-type', images.multi.mediaType]
      const put = await ecrJson(cli, 'put-image', '--image-tag', 'stable', '--image-manifest', manifest, ...type)
      assertEqual(put.image.imageId, { imageDigest: images.multi.digest, imageTag: 'stable' }, 'the image id')
      await assertTag(registry, repository, 'stable', images.multi.digest)
    }),
    step('an immutable tag cannot be moved, by put-image or by a push', async () => {
      await ecrJson(cli, 'put-image-tag-mutability', '--image-tag-mutability', 'IMMUTABLE')
      const manifest = await Bun.file(blobPath(images.layout, images.arm64.digest)).text()
      const put = ['put-image', '--repository-name', repository, '--image-tag', 'stable', '--image-manifest', manifest]
      await ecrRefused(cli, /ImageTagAlreadyExistsException/, ...put)
      const headers = { 'content-type': images.arm64.mediaType }
      const path = `/v2/${repository}/manifests/stable`
      const pushed = await ask(registry, path, { method: 'PUT', body: manifest, headers })
      assertIncludes(await pushed.text(), 'TAG_INVALID', 'the answer to the push')
      await assertTag(registry, repository, 'stable', images.multi.digest)
    }),
    step('batch-delete-image by tag and by digest, and what it cannot delete', async () => {
      await ecrJson(cli, 'put-image-tag-mutability', '--image-tag-mutability', 'MUTABLE')
      const untagged = await ecrJson(cli, 'batch-delete-image', '--image-ids', 'imageTag=stable')
      assertEqual(untagged.imageIds, [{ imageDigest: images.multi.digest, imageTag: 'stable' }], 'what was deleted')
      await assertTag(registry, repository, 'multi', images.multi.digest)
      const child = await ecrJson(cli, 'batch-delete-image', '--image-ids', `imageDigest=${images.arm64.digest}`)
      assertEqual(child.failures[0].failureCode, 'ImageReferencedByManifestList', 'deleting a child')
      await ecrJson(cli, 'batch-delete-image', '--image-ids', `imageDigest=${images.multi.digest}`)
      await assertGone(registry, repository, 'multi')
      await assertGone(registry, repository, images.multi.digest)
    }),
  ]
}

/** Version 1 prints a time as seconds, version 2 as ISO 8601. */
function assertRecent(time: number | string): void {
  const ageMs = Date.now() - (typeof time === 'number' ? time * 1000 : Date.parse(time))
  assertThat(Math.abs(ageMs) < 600_000, `the time ${time} is not that of the push`)
}

export function layerSteps(cli: Cli): readonly Step[] {
  const { registry, directory } = cli.world
  const { repository } = cli
  const file = join(directory, 'layer-part')
  let digest = ''
  return [
    step('initiate-layer-upload, upload-layer-part, complete-layer-upload', async () => {
      const content = crypto.getRandomValues(new Uint8Array(50_000))
      await Bun.write(file, content)
      digest = `sha256:${Bun.SHA256.hash(content, 'hex')}`
      const { uploadId } = await ecrJson(cli, 'initiate-layer-upload')
      const part = ['--part-first-byte', '0', '--part-last-byte', '49999', '--layer-part-blob', `fileb://${file}`]
      const uploaded = await ecrJson(cli, 'upload-layer-part', '--upload-id', uploadId, ...part)
      assertEqual(uploaded.lastByteReceived, 49_999, 'the last byte received')
      const done = ['--upload-id', uploadId, '--layer-digests', digest]
      assertEqual((await ecrJson(cli, 'complete-layer-upload', ...done)).layerDigest, digest, 'the digest')
    }),
    step('batch-check-layer-availability', async () => {
      const missing = `sha256:${'0'.repeat(64)}`
      const check = ['batch-check-layer-availability', '--layer-digests', digest, missing] as const
      const answer = await ecrJson(cli, ...check)
      assertEqual(answer.layers[0].layerAvailability, 'AVAILABLE', 'the layer just uploaded')
      const failed = [...(answer.failures ?? []), ...answer.layers.slice(1)]
      assertThat(failed.length === 1, `the missing layer is not named: ${JSON.stringify(answer)}`)
    }),
    step('get-download-url-for-layer gives a URL that needs no credentials', async () => {
      const { downloadUrl } = await ecrJson(cli, 'get-download-url-for-layer', '--layer-digest', digest)
      const bytes = await (await fetch(downloadUrl)).bytes()
      assertEqual(`sha256:${Bun.SHA256.hash(bytes, 'hex')}`, digest, 'the bytes behind the URL')
      const other = downloadUrl.replace(digest.slice(-8), '00000000')
      assertThat(other === downloadUrl || !(await fetch(other)).ok, 'the URL opens other blobs too')
      assertEqual((await ask(registry, `/v2/${repository}/blobs/${digest}`)).status, 200, 'the blob by OCI')
    }),
  ]
}
