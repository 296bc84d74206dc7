import { expect, test } from 'bun:test'
import { contentReferences } from './content-references.ts'
import { parseManifest } from './parse-manifest.ts'

const IMAGE = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const digest = `sha256:${'a'.repeat(64)}`
const descriptor = (mediaType: string, urls?: string[]) => ({ mediaType, digest, size: 1, urls })

/** `manifest`, `blob` or `either` of each reference, with a `?` where it need not exist. */
function outline(manifest: object): string[] {
  const parsed = parseManifest(Buffer.from(JSON.stringify({ schemaVersion: 2, ...manifest })), undefined)
  return contentReferences(parsed).map((reference) => reference.storedAs + (reference.required ? '' : '?'))
}

test.each([
  ['application/vnd.oci.image.layer.v1.tar+gzip', undefined, 'blob'],
  ['application/vnd.acme.anything', undefined, 'blob'],
  ['application/vnd.acme.foreign-policy', undefined, 'blob'],
  [IMAGE, undefined, 'blob'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar', undefined, 'blob?'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar+zstd', undefined, 'blob?'],
  ['application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', undefined, 'blob?'],
  ['application/vnd.oci.image.layer.v1.tar+gzip', ['https://store.example.com/x'], 'blob?'],
  ['application/vnd.oci.image.layer.v1.tar+gzip', [], 'blob'],
])('contentReferences() takes a layer of type %s with urls %j as %s', (mediaType, urls, expected) => {
  const layers = [descriptor(mediaType, urls)]
  expect(outline({ mediaType: IMAGE, config: descriptor('a/b'), layers })).toEqual(['blob', expected])
})

test.each([
  [IMAGE, 'manifest'],
  [INDEX, 'manifest'],
  ['application/vnd.docker.distribution.manifest.v2+json', 'manifest'],
  ['application/vnd.docker.distribution.manifest.list.v2+json', 'manifest'],
  ['application/vnd.docker.distribution.manifest.v1+json', 'manifest'],
  ['application/vnd.oci.image.layer.v1.tar+gzip', 'blob'],
  ['application/vnd.docker.image.rootfs.diff.tar.gzip', 'blob'],
  ['application/vnd.buildkit.cacheconfig.v0', 'blob'],
  ['application/vnd.acme.anything', 'either'],
  ['application/vnd.oci.image.layer.nondistributable.v1.tar', 'blob?'],
])('contentReferences() takes an entry of type %s as %s', (mediaType, expected) => {
  expect(outline({ mediaType: INDEX, manifests: [descriptor(mediaType)] })).toEqual([expected])
})

test('contentReferences() exempts neither a config nor a manifest for its urls, and leaves the subject out', () => {
  const elsewhere = ['https://store.example.com/x']
  expect(
    outline({ mediaType: IMAGE, subject: descriptor(IMAGE), config: descriptor('a/b', elsewhere), layers: [] }),
  ).toEqual(['blob'])
  expect(outline({ mediaType: INDEX, manifests: [descriptor(IMAGE, elsewhere)] })).toEqual(['manifest'])
})
