import { OCI_INDEX, OCI_MANIFEST } from '../support/images.ts'
import { changedManifest, IMAGE, indexText } from './content.ts'

const deep = (open: string, close: string, levels: number) => open.repeat(levels) + close.repeat(levels)
const layerWith = (fields: Record<string, unknown>) =>
  changedManifest(({ layers }) => Object.assign(layers[0] ?? {}, fields))

const TEXTS: readonly [what: string, body: string | Uint8Array, type?: string][] = [
  ['a digest that is a path', layerWith({ digest: 'sha256:../../etc/passwd' })],
  ['a digest that is a path, of another algorithm', layerWith({ digest: '../../../etc:passwd' })],
  ['not JSON', '{"schemaVersion": 2'],
  ['nothing', ''],
  ['an array', '[]'],
  ['null', 'null'],
  ['a number', '2'],
  ['a byte order mark', `\ufeff${IMAGE.text}`],
  ['invalid UTF-8', Buffer.from(`{"schemaVersion":2,"a":"\xff","x":${IMAGE.text}}`, 'latin1')],
  ['a key twice', IMAGE.text.replace('{', '{"schemaVersion":2,')],
  ['layers in other letters beside layers', IMAGE.text.replace('{', '{"Layers":[],')],
  ['layers with a long s beside layers', IMAGE.text.replace('{', '{"layer\u017f":[],')],
  ['the entries of an index in other letters', IMAGE.text.replace('{', '{"Manifests":[],')],
  ['a digest in other letters', layerWith({ Digest: `sha256:${'0'.repeat(64)}` })],
  ['a size with a Kelvin sign in its neighbour', layerWith({ 'platform\u212a': 1, SIZE: 1 })],
  ['a key twice, once escaped', IMAGE.text.replace('{', '{"schema\\u0056ersion":2,')],
  ['100,000 brackets', '['.repeat(100_000)],
  ['100,000 levels, closed', deep('[', ']', 100_000)],
  ['50,000 levels in annotations', IMAGE.text.replace('{', `{"annotations":${deep('{"a":', '', 50_000)}`)],
  ['65 levels', IMAGE.text.replace('{', `{"x":${deep('[', ']', 65)},`)],
  ['a size of 2^63', layerWith({ size: 0 }).replace('"size":0', '"size":9223372036854775808')],
  ['a size of 2^53', layerWith({ size: 0 }).replace('"size":0', '"size":9007199254740992')],
  ['a size of 1e999', layerWith({ size: 0 }).replace('"size":0', '"size":1e999')],
  ['a size of 4 million digits', layerWith({ size: 0 }).replace('"size":0', `"size":${'9'.repeat(4_000_000)}`)],
  ['a negative size', layerWith({ size: -1 })],
  ['a size that is a fraction', layerWith({ size: 1.5 })],
  ['a size that is text', layerWith({ size: '22' })],
  ['a size that is not the blob’s', layerWith({ size: 7 })],
  ['50,000 layers', changedManifest((manifest) => Object.assign(manifest, { layers: manyDescriptors(18_000) }))],
  ['10,001 entries of an index', indexText(manyDescriptors(10_001)), OCI_INDEX],
  ['layers and manifests', changedManifest((manifest) => Object.assign(manifest, { manifests: [] }))],
  ['config in an index', indexText([], { config: {} }), OCI_INDEX],
  ['an index as an image', IMAGE.text, OCI_INDEX],
  ['text/plain', IMAGE.text, 'text/plain'],
  ['schema 1', IMAGE.text, 'application/vnd.docker.distribution.manifest.v1+prettyjws'],
  ['schemaVersion 1', changedManifest((manifest) => Object.assign(manifest, { schemaVersion: 1 }))],
  [
    'a subject without a good digest',
    changedManifest((manifest) => Object.assign(manifest, { subject: { digest: 'x' } })),
  ],
]

/** Not of 4 MiB even when there are many. */
function manyDescriptors(count: number): unknown[] {
  return Array.from({ length: count }, (_, index) => ({
    mediaType: OCI_MANIFEST,
    digest: `sha256:${index.toString(16).padStart(64, '0')}`,
    size: 1,
  }))
}

/** What no registry should take for a manifest, with the type that it is sent as. */
export const INVALID_MANIFESTS = TEXTS.map(([what, body, type]) => ({ what, body, type: type ?? OCI_MANIFEST }))
