import { describe, expect, test } from 'bun:test'
import { digestOf } from '../content-digest.ts'
import { type ParsedManifest, parseManifest } from './parse-manifest.ts'

const IMAGE = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'
const DOCKER_IMAGE = 'application/vnd.docker.distribution.manifest.v2+json'
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json'
const SCHEMA1 = 'application/vnd.docker.distribution.manifest.v1+prettyjws'
const EMPTY = 'application/vnd.oci.empty.v1+json'
const DIGEST = `sha256:${'a'.repeat(64)}`

const config = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: DIGEST, size: 7 }
const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: DIGEST, size: 100 }
const image = { schemaVersion: 2, mediaType: IMAGE, config, layers: [layer] }
const index = { schemaVersion: 2, mediaType: INDEX, manifests: [{ mediaType: IMAGE, digest: DIGEST, size: 5 }] }

function parse(manifest: unknown, contentType?: string): ParsedManifest {
  return parseManifest(Buffer.from(typeof manifest === 'string' ? manifest : JSON.stringify(manifest)), contentType)
}

/** The message of the refusal; anything that is not `manifest-invalid` fails the test. */
function refusal(manifest: unknown, contentType?: string): string {
  try {
    parse(manifest, contentType)
  } catch (error) {
    expect(error).toMatchObject({ name: 'Refusal', reason: 'manifest-invalid' })
    return error instanceof Error ? error.message : String(error)
  }
  throw new Error('expected a refusal')
}

describe('parseManifest() takes', () => {
  test('an image, with all that a registry needs of it', () => {
    const annotations = { a: 'b', __proto__x: 'c' }
    const subject = { mediaType: IMAGE, digest: `sha512:${'b'.repeat(128)}`, size: 3 }
    const parsed = parse({ ...image, annotations, subject, artifactType: 'application/x' }, `${IMAGE}; charset=utf-8`)
    expect(parsed).toMatchObject({
      kind: 'image',
      mediaType: IMAGE,
      artifactType: 'application/x',
      configMediaType: config.mediaType,
      subject: { digest: subject.digest, sizeBytes: 3 },
      config: { digest: DIGEST, sizeBytes: 7 },
      layers: [{ mediaType: layer.mediaType, digest: DIGEST, sizeBytes: 100, urls: [] }],
      entries: [],
      imageSizeBytes: 107,
    })
    expect({ ...parsed.annotations }).toEqual(annotations)
  })

  test('an index, with the platforms of its entries', () => {
    const platform = { architecture: 'arm64', os: 'linux', variant: 'v8', 'os.version': '1' }
    const parsed = parse({ ...index, manifests: [{ ...index.manifests[0], platform, artifactType: 'x/y' }] }, INDEX)
    expect(parsed).toMatchObject({ kind: 'index', configMediaType: undefined, imageSizeBytes: 0, layers: [] })
    expect(parsed.entries).toMatchObject([
      { artifactType: 'x/y', platform: { architecture: 'arm64', os: 'linux', variant: 'v8', osVersion: '1' } },
    ])
  })

  test.each([
    [IMAGE, image],
    [INDEX, index],
    [DOCKER_IMAGE, { ...image, mediaType: DOCKER_IMAGE }],
    [DOCKER_LIST, { ...index, mediaType: DOCKER_LIST }],
  ])('%s by its Content-Type, by its body, or by both', (type, manifest) => {
    const { mediaType: _, ...withoutType } = manifest
    expect(parse(manifest, type).mediaType).toBe(type)
    expect(parse(manifest).mediaType).toBe(type)
    expect(parse(manifest, ' ; charset=utf-8').mediaType).toBe(type)
    expect(parse(withoutType, ` ${type} ;charset="x;y"`).mediaType).toBe(type)
  })

  test.each([
    ['no layers', { ...image, layers: [] }],
    ['layers that Go wrote as null', { ...image, layers: null }],
    ['optional fields that are null', { ...image, subject: null, annotations: null, artifactType: null }],
    [
      'unknown types of config, layer and artifact',
      {
        ...image,
        artifactType: 'not-even/registered',
        config: { ...config, mediaType: 'a' },
        layers: [{ ...layer, mediaType: 'application/vnd.acme.rocket' }],
      },
    ],
    ['unknown fields anywhere', { ...image, 'org.x': [{}], config: { ...config, more: true } }],
    ['a layer of an algorithm that cannot be pushed', { ...image, layers: [{ ...layer, digest: 'blake3:abc_-=' }] }],
    [
      'the empty config with an artifact type',
      { ...image, artifactType: 'a/b', config: { ...config, mediaType: EMPTY } },
    ],
    ['an empty layer list and size 0', { ...image, config: { ...config, size: 0 } }],
    ['the largest size', { ...image, layers: [{ ...layer, size: Number.MAX_SAFE_INTEGER - 7 }] }],
    ['a layer of size 1e2', JSON.stringify(image).replace('"size":100', '"size":1e2')],
    ['the same layer twice', { ...image, layers: [layer, layer] }],
    ['itself or anything as its subject', { ...image, subject: { ...layer, digest: 'future+algo:abc' } }],
  ])('%s', (_, manifest) => {
    expect(parse(manifest, IMAGE).kind).toBe('image')
  })

  test.each([
    ['no entries', { ...index, manifests: [] }],
    ['entries that are layers, as BuildKit wrote its cache', { ...index, manifests: [layer, config] }],
    ['an index of indexes', { ...index, manifests: [{ ...layer, mediaType: INDEX }] }],
  ])('an index of %s', (_, manifest) => {
    expect(parse(manifest, INDEX).kind).toBe('index')
  })

  test('10,000 layers, and 4 MiB, in well under a second', () => {
    const layers = Array(10_000).fill({ ...layer, annotations: { a: 'x'.repeat(200) } })
    const content = Buffer.from(JSON.stringify({ ...image, layers }))
    expect(content.byteLength).toBeGreaterThan(3_500_000)
    const startMs = performance.now()
    expect(parseManifest(content, IMAGE).layers).toHaveLength(10_000)
    expect(performance.now() - startMs).toBeLessThan(1000)
  })
})

describe('parseManifest() refuses', () => {
  test.each([
    ['not JSON', 'nonsense'],
    ['nothing', ''],
    ['an array', '[]'],
    ['null', 'null'],
    ['text', '"manifest"'],
    ['a byte order mark', `\ufeff${JSON.stringify(image)}`],
    ['a key twice', `{"schemaVersion":2,${JSON.stringify(image).slice(1)}`],
    ['a key twice in a descriptor', JSON.stringify(image).replace('"size":7', '"size":7,"size":8')],
    ['100,000 levels', '['.repeat(100_000)],
    ['a size of 2^63', JSON.stringify(image).replace('"size":100', '"size":9223372036854775808')],
    ['a size of 2^53', JSON.stringify(image).replace('"size":100', '"size":9007199254740992')],
    ['a size of infinity', JSON.stringify(image).replace('"size":100', '"size":1e999')],
  ])('%s', (_, text) => {
    refusal(text, IMAGE)
  })

  test('bytes that are not UTF-8', () => {
    const content = Buffer.from(JSON.stringify({ ...image, annotations: { a: 'X' } }))
    content[content.indexOf('X')] = 0xff
    expect(() => parseManifest(content, IMAGE)).toThrow(expect.objectContaining({ reason: 'manifest-invalid' }))
  })

  test.each([
    ['no schema version', { ...image, schemaVersion: undefined }, 'schemaVersion must be 2'],
    ['schema version 1', { ...image, schemaVersion: 1 }, 'schemaVersion must be 2, got "1"'],
    ['schema version 2 as text', { ...image, schemaVersion: '2' }, 'schemaVersion must be 2'],
    ['manifests in an image', { ...image, manifests: [] }, 'manifests must be absent from an image manifest'],
    ['null manifests in an image', { ...image, manifests: null }, 'manifests must be absent'],
    ['a missing config', { ...image, config: undefined }, 'config must be a JSON object'],
    ['a null config', { ...image, config: null }, 'config must be a JSON object'],
    ['missing layers', { ...image, layers: undefined }, 'layers must be a list'],
    ['layers in an object', { ...image, layers: { 0: layer } }, 'layers must be a list'],
    ['a null layer', { ...image, layers: [layer, null] }, 'layers[1] must be a JSON object'],
    ['a list as a layer', { ...image, layers: [[]] }, 'layers[0] must be a JSON object'],
    ['10,001 layers', { ...image, layers: Array(10_001).fill(0) }, 'at most 10000 descriptors; it has 10001'],
    ['text as the subject', { ...image, subject: DIGEST }, 'subject must be a JSON object'],
    ['a media type that is a number', { ...image, mediaType: 2 }, 'mediaType must be text'],
    ['an artifact type that is a list', { ...image, artifactType: ['a'] }, 'artifactType must be text'],
    [
      'an artifact type of 256 characters',
      { ...image, artifactType: 'a'.repeat(256) },
      'artifactType must be a media type',
    ],
    [
      'an artifact type with a line break',
      { ...image, artifactType: 'a\r\nX: b' },
      'artifactType must be a media type',
    ],
    ['an artifact type that is not ASCII', { ...image, artifactType: 'é/b' }, 'artifactType must be a media type'],
    [
      'the empty config without an artifact type',
      { ...image, config: { ...config, mediaType: EMPTY } },
      'artifactType must be set',
    ],
    [
      'the empty config with an empty artifact type',
      { ...image, artifactType: '', config: { ...config, mediaType: EMPTY } },
      'artifactType must be set',
    ],
    ['annotations that are a list', { ...image, annotations: [] }, 'annotations must be a JSON object'],
    ['an annotation that is a number', { ...image, annotations: { a: 1 } }, 'annotations["a"] must be text'],
    ['a null annotation', { ...image, annotations: { a: null } }, 'annotations["a"] must be text'],
    [
      'an annotation of a layer that is not text',
      { ...image, layers: [{ ...layer, annotations: { a: {} } }] },
      'layers[0].annotations["a"] must be text',
    ],
    [
      'sizes that add up beyond 2^53-1',
      { ...image, layers: [layer, { ...layer, size: Number.MAX_SAFE_INTEGER - 100 }] },
      'the sum of all sizes',
    ],
  ])('%s', (_, manifest, sentence) => {
    expect(refusal(manifest, IMAGE)).toContain(sentence)
  })

  test.each([
    ['layers in an index', { ...index, layers: [] }, 'layers must be absent from an index manifest'],
    ['a config in an index', { ...index, config }, 'config must be absent from an index manifest'],
    ['missing manifests', { ...index, manifests: undefined }, 'manifests must be a list'],
    ['100,000 entries', { ...index, manifests: Array(100_000).fill(0) }, 'at most 10000'],
    [
      'a platform that is text',
      { ...index, manifests: [{ ...layer, platform: 'linux' }] },
      'manifests[0].platform must be a JSON object',
    ],
    [
      'a platform without text in it',
      { ...index, manifests: [{ ...layer, platform: { os: 1 } }] },
      'manifests[0].platform.os must be text',
    ],
  ])('%s', (_, manifest, sentence) => {
    expect(refusal(manifest, INDEX)).toContain(sentence)
  })

  test.each([
    ['none', undefined, 'digest must be a digest'],
    ['a number', 7, 'digest must be a digest'],
    ['traversal', 'sha256:../../etc/passwd', 'digest must be a digest'],
    ['upper case', `sha256:${'A'.repeat(64)}`, 'digest must be a digest'],
    ['63 digits', `sha256:${'a'.repeat(63)}`, 'digest must be a digest'],
    ['no algorithm', 'a'.repeat(64), 'digest must be a digest'],
    ['another case of algorithm', `SHA256:${'a'.repeat(64)}`, 'digest must be a digest'],
    ['an unknown one with a slash', 'blake3:a/b', 'digest must be a digest'],
    ['an endless one', `blake3:${'a'.repeat(5000)}`, 'digest must be a digest'],
  ])('a descriptor with a bad digest: %s', (_, digest, sentence) => {
    expect(refusal({ ...image, layers: [{ ...layer, digest }] }, IMAGE)).toContain(sentence)
    expect(refusal({ ...image, config: { ...config, digest } }, IMAGE)).toContain(`config.${sentence}`)
    expect(refusal({ ...image, subject: { ...config, digest } }, IMAGE)).toContain(`subject.${sentence}`)
    expect(refusal({ ...index, manifests: [{ ...layer, digest }] }, INDEX)).toContain(`manifests[0].${sentence}`)
  })

  test.each([[-1], [1.5], ['100'], [null], [undefined], [-0.5], [[]]])('a descriptor of size %p', (size) => {
    expect(refusal({ ...image, layers: [{ ...layer, size }] }, IMAGE)).toContain('layers[0].size must be an integer')
  })

  test.each([
    [{ mediaType: undefined }, 'layers[0].mediaType must be set'],
    [{ mediaType: '' }, 'layers[0].mediaType must be set'],
    [{ mediaType: 'a b' }, 'layers[0].mediaType must be a media type'],
    [{ urls: 'https://a' }, 'layers[0].urls must be a list'],
    [{ urls: [1] }, 'layers[0].urls[0] must be text'],
  ])('a descriptor with %j', (fields, sentence) => {
    expect(refusal({ ...image, layers: [{ ...layer, ...fields }] }, IMAGE)).toContain(sentence)
  })

  test('a Content-Type that is not the body’s', () => {
    expect(refusal(image, INDEX)).toContain(`mediaType must be the same as the request's Content-Type, ${INDEX}`)
    expect(refusal({ ...index, mediaType: IMAGE }, INDEX)).toContain('mediaType must be the same')
    expect(refusal({ ...image, mediaType: '' }, IMAGE)).toContain('mediaType must be the same')
  })

  test('an image under the name of an index, and the other way round', () => {
    expect(refusal({ ...image, mediaType: INDEX }, INDEX)).toContain('must be absent')
    expect(refusal({ ...index, mediaType: IMAGE }, IMAGE)).toContain('must be absent')
  })

  test('types that it does not know, schema 1 by its name', () => {
    const { mediaType: _, ...withoutType } = image
    expect(refusal(withoutType)).toContain('mediaType must be set, or the request must have a Content-Type')
    expect(refusal(withoutType, 'application/json')).toContain('the media type is application/json: expected one of')
    expect(refusal(withoutType, 'constructor')).toContain('the media type is constructor')
    expect(refusal(withoutType, IMAGE.toUpperCase())).toContain('expected one of')
    expect(refusal({ ...withoutType, schemaVersion: 1, fsLayers: [] }, SCHEMA1)).toContain(
      'schema 1, which is not supported',
    )
    expect(refusal({ ...withoutType, mediaType: SCHEMA1 })).toContain('schema 1, which is not supported')
  })
})

describe('parseManifest() checks data that comes with a descriptor:', () => {
  const content = Buffer.from('{"a":"ÿ?>"}')
  const withData = (fields: Record<string, unknown>) => ({
    ...image,
    config: {
      ...config,
      size: content.byteLength,
      digest: digestOf(content),
      data: content.toString('base64'),
      ...fields,
    },
  })

  test('it may be the content itself, of either algorithm, or empty', () => {
    parse(withData({}), IMAGE)
    parse(withData({ digest: digestOf(content, 'sha512') }), IMAGE)
    parse(withData({ digest: 'blake3:abc' }), IMAGE)
    parse(withData({ data: null }), IMAGE)
    parse(withData({ data: '', size: 0, digest: digestOf(new Uint8Array()) }), IMAGE)
  })

  test.each([
    ['of another length', { size: content.byteLength + 1 }, 'as long as size says'],
    ['of another digest', { digest: DIGEST }, 'the content of digest'],
    ['of another sha512 digest', { digest: `sha512:${'b'.repeat(128)}` }, 'the content of digest'],
    ['empty', { data: '' }, 'as long as size says'],
    ['a number', { data: 1 }, 'base64 text'],
    ['not base64', { data: '%%%%' }, 'base64 text'],
    ['base64 for URLs', { data: content.toString('base64url') }, 'base64 text'],
    ['base64 with line breaks', { data: `${content.toString('base64')}\n` }, 'base64 text'],
  ])('not %s', (_, fields, sentence) => {
    expect(refusal(withData(fields), IMAGE)).toContain(sentence)
  })
})
