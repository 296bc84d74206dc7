import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Digest } from '../../core/digest.ts'
import { Refusal } from '../../core/refusal.ts'
import type { OciCall } from './call.ts'
import { parseCall } from './parse-call.ts'

const HEX = '0123456789abcdef'.repeat(4)
const DIGEST = `sha256:${HEX}`
const DIGEST512 = `sha512:${HEX}${HEX}`
const UPLOAD = 'f'.repeat(32)
const PAGE = { n: undefined, last: undefined }
const NO_MOUNT = { mount: undefined, from: undefined }
const PLAIN_UPLOAD = { digest: undefined, digestAlgorithm: undefined, ...NO_MOUNT }

/** Call as plain data: brands are only for the compiler. */
function call(method: string, target: string): unknown {
  return parseCall(method, target)
}

function refusal(method: string, target: string): Refusal {
  try {
    parseCall(method, target)
  } catch (error) {
    if (error instanceof Refusal) return error
    throw error
  }
  throw new Error(`expected a refusal of ${method} ${target}`)
}

const tag = (text: string) => ({ kind: 'tag', tag: text })
const digest = (text: string) => ({ kind: 'digest', digest: text })

describe('parseCall() knows the endpoint', () => {
  test.each<[string, string, unknown]>([
    ['GET', '/v2/', { kind: 'version' }],
    ['GET', '/v2', { kind: 'version' }],
    ['HEAD', '/v2/?x=y', { kind: 'version' }],
    ['GET', '/v2/_oci/ext/discover', { kind: 'extensions-discover' }],
    ['GET', '/v2/_catalog', { kind: 'catalog', ...PAGE }],
    ['GET', '/v2/_catalog?n=1000&last=a%2Fb', { kind: 'catalog', n: 1000, last: 'a/b' }],
    ['GET', `/v2/a/b/blobs/${DIGEST}`, { kind: 'blob-get', name: 'a/b', digest: DIGEST }],
    ['HEAD', `/v2/ab/blobs/${DIGEST512}`, { kind: 'blob-head', name: 'ab', digest: DIGEST512 }],
    ['DELETE', `/v2/ab/blobs/${DIGEST}`, { kind: 'blob-delete', name: 'ab', digest: DIGEST }],
    ['GET', '/v2/ab/manifests/v1.0', { kind: 'manifest-get', name: 'ab', reference: tag('v1.0') }],
    ['GET', `/v2/ab/manifests/${DIGEST}`, { kind: 'manifest-get', name: 'ab', reference: digest(DIGEST) }],
    ['HEAD', '/v2/ab/manifests/v1?ns=docker.io', { kind: 'manifest-head', name: 'ab', reference: tag('v1') }],
    ['DELETE', '/v2/ab/manifests/v1', { kind: 'manifest-delete', name: 'ab', reference: tag('v1') }],
    ['DELETE', `/v2/ab/manifests/${DIGEST}`, { kind: 'manifest-delete', name: 'ab', reference: digest(DIGEST) }],
    ['PUT', '/v2/ab/manifests/v1', { kind: 'manifest-put', name: 'ab', reference: tag('v1'), tags: [] }],
    [
      'PUT',
      `/v2/ab/manifests/${DIGEST}?tag=a&tag=b&tag=a`,
      { kind: 'manifest-put', name: 'ab', reference: digest(DIGEST), tags: ['a', 'b'] },
    ],
    ['POST', '/v2/ab/blobs/uploads/', { kind: 'upload-start', name: 'ab', ...PLAIN_UPLOAD }],
    ['POST', '/v2/ab/blobs/uploads', { kind: 'upload-start', name: 'ab', ...PLAIN_UPLOAD }],
    [
      'POST',
      `/v2/ab/blobs/uploads/?digest=${DIGEST}`,
      { kind: 'upload-start', name: 'ab', ...PLAIN_UPLOAD, digest: DIGEST },
    ],
    [
      'POST',
      `/v2/ab/blobs/uploads/?digest=${DIGEST.replace(':', '%3A')}`,
      { kind: 'upload-start', name: 'ab', ...PLAIN_UPLOAD, digest: DIGEST },
    ],
    [
      'POST',
      '/v2/ab/blobs/uploads/?digest-algorithm=sha512',
      { kind: 'upload-start', name: 'ab', ...PLAIN_UPLOAD, digestAlgorithm: 'sha512' },
    ],
    ['GET', `/v2/ab/blobs/uploads/${UPLOAD}`, { kind: 'upload-status', name: 'ab', uploadId: UPLOAD }],
    // The suite GETs the address that it will PUT to, digest and all.
    ['GET', `/v2/ab/blobs/uploads/${UPLOAD}?digest=x`, { kind: 'upload-status', name: 'ab', uploadId: UPLOAD }],
    ['PATCH', `/v2/ab/blobs/uploads/${UPLOAD}`, { kind: 'upload-append', name: 'ab', uploadId: UPLOAD }],
    ['DELETE', `/v2/ab/blobs/uploads/${UPLOAD}`, { kind: 'upload-cancel', name: 'ab', uploadId: UPLOAD }],
    [
      'PUT',
      `/v2/ab/blobs/uploads/${UPLOAD}?digest=${DIGEST}`,
      { kind: 'upload-finish', name: 'ab', uploadId: UPLOAD, digest: DIGEST },
    ],
    ['GET', '/v2/ab/tags/list', { kind: 'tag-list', name: 'ab', ...PAGE }],
    ['GET', '/v2/ab/tags/list?last=v1&n=0', { kind: 'tag-list', name: 'ab', n: 0, last: 'v1' }],
    [
      'GET',
      `/v2/ab/referrers/${DIGEST}`,
      { kind: 'referrers', name: 'ab', digest: DIGEST, artifactTypes: [], ...PAGE },
    ],
    [
      'GET',
      `/v2/ab/referrers/${DIGEST}?artifactType=a%2Fb%2Bjson&n=5&artifactType=c/d+json&last=${DIGEST}`,
      { kind: 'referrers', name: 'ab', digest: DIGEST, artifactTypes: ['a/b+json', 'c/d+json'], n: 5, last: DIGEST },
    ],
  ])('of %s %s', (method, target, expected) => {
    expect(call(method, target)).toEqual(expected)
  })

  test.each([
    ['GET', `/v2/blobs/uploads/manifests/latest`, 'manifest-get', 'blobs/uploads'],
    ['GET', `/v2/a/manifests/b/blobs/${DIGEST}`, 'blob-get', 'a/manifests/b'],
    ['POST', '/v2/manifests/blobs/uploads/', 'upload-start', 'manifests'],
    ['GET', `/v2/a/blobs/uploads/blobs/uploads/${UPLOAD}`, 'upload-status', 'a/blobs/uploads'],
    ['GET', '/v2/tags/list/tags/list', 'tag-list', 'tags/list'],
    ['GET', `/v2/referrers/${HEX}/referrers/${DIGEST}`, 'referrers', `referrers/${HEX}`],
    ['GET', '/v2/v2/manifests/v2', 'manifest-get', 'v2'],
    ['GET', '/v2/uploads/manifests/list', 'manifest-get', 'uploads'],
  ])('of %s %s from its end', (method, target, kind, name) => {
    expect(call(method, target)).toMatchObject({ kind, name })
  })

  test.each(['sha256%3A', 'sha256%3a'])('of a digest that comes as %s…', (prefix) => {
    const escaped = prefix + HEX
    expect(call('GET', `/v2/ab/blobs/${escaped}`)).toMatchObject({ digest: DIGEST })
    expect(call('PUT', `/v2/ab/manifests/${escaped}`)).toMatchObject({ reference: digest(DIGEST) })
    expect(call('GET', `/v2/ab/referrers/${escaped}`)).toMatchObject({ digest: DIGEST })
  })
})

describe('parseCall() never fails a push for a mount', () => {
  test.each([
    // containerd does not escape, crane adds `origin`, and `from` may be absent.
    [`mount=${DIGEST}&from=a/b`, { mount: DIGEST, from: 'a/b' }],
    [`from=a%2Fb&mount=${DIGEST.replace(':', '%3A')}&origin=docker.io`, { mount: DIGEST, from: 'a/b' }],
    [`mount=${DIGEST}`, { mount: DIGEST, from: undefined }],
    // A name that cannot exist must not become "from wherever you have it".
    [`mount=${DIGEST}&from=A/../B`, NO_MOUNT],
    [`mount=${DIGEST}&from=`, NO_MOUNT],
    [`mount=${DIGEST}&from=%zz`, NO_MOUNT],
    ['from=a/b', { mount: undefined, from: 'a/b' }],
  ])('?%s', (query, expected) => {
    expect(call('POST', `/v2/ab/blobs/uploads/?${query}`)).toEqual({
      kind: 'upload-start',
      name: 'ab',
      ...PLAIN_UPLOAD,
      ...expected,
    })
  })

  test('but for a digest that no blob can have', () => {
    expect(refusal('POST', '/v2/ab/blobs/uploads/?mount=md5:abc&from=a/b').reason).toBe('digest-invalid')
  })
})

describe('parseCall() refuses a name on the raw path:', () => {
  test.each([
    ['upper case', '/v2/Foo/manifests/v1'],
    ['dots', '/v2/../manifests/v1'],
    ['dots inside', '/v2/a/../b/manifests/v1'],
    ['one dot', '/v2/a/./b/tags/list'],
    ['escaped dots', '/v2/%2e%2e/manifests/v1'],
    ['an escaped slash', '/v2/a%2Fb/manifests/v1'],
    ['an escaped letter', '/v2/%61b/manifests/v1'],
    ['an escaped NUL', '/v2/ab%00/manifests/v1'],
    ['a raw NUL', '/v2/ab\u0000/manifests/v1'],
    ['two slashes', '/v2/a//b/manifests/v1'],
    ['two slashes in front', '/v2//ab/manifests/v1'],
    ['two slashes behind', '/v2/ab//manifests/v1'],
    ['no name', '/v2//manifests/v1'],
    ['no name at all', '/v2/manifests/v1'],
    ['no name for tags', '/v2/tags/list'],
    ['no name for an upload', `/v2/blobs/uploads/${UPLOAD}`],
    ['one letter', '/v2/a/manifests/v1'],
    ['256 characters', `/v2/${'a'.repeat(256)}/manifests/v1`],
    ['100,000 components', `/v2/${'a/'.repeat(100_000)}b/manifests/v1`],
    ['a leading underscore', '/v2/_catalog/manifests/v1'],
    ['three underscores', '/v2/a___b/manifests/v1'],
    ['a trailing dash', '/v2/ab-/manifests/v1'],
    ['letters that are not ASCII', '/v2/%C3%A9t%C3%A9/manifests/v1'],
    ['a line break', '/v2/a%0d%0ab/manifests/v1'],
    ['a backslash', '/v2/a\\b/manifests/v1'],
    ['a space', '/v2/a b/manifests/v1'],
    ['an address that others would clean', `/v2/ab/manifests/../blobs/${DIGEST}/..`],
    ['an address that others would unescape', '/v2/ab%2fmanifests%2fv1'],
    ['an empty component before the last', '/v2/ab/manifests//v1'],
  ])('%s', (_, target) => {
    expect(refusal('GET', target).reason).toBe('name-invalid')
  })

  test('255 characters are the most', () => {
    expect(call('GET', `/v2/${'a'.repeat(255)}/tags/list`)).toMatchObject({ kind: 'tag-list' })
  })
})

describe('parseCall() refuses a reference:', () => {
  const LONG = 'a'.repeat(129)
  test.each([
    ['129 characters', LONG],
    ['a leading period', '.a'],
    ['a leading dash', '-a'],
    ['nothing', ''],
    ['what is not ASCII', '%C3%A9'],
    ['NUL', 'a%00'],
    ['a plus', '1.0+build'],
    ['an escape', '%76%31'],
    ['a tilde', 'a~1'],
    ['a line break', 'a%0d%0aX'],
  ])('a tag of %s: no such image, and not to be pushed', (_, reference) => {
    expect(refusal('GET', `/v2/ab/manifests/${reference}`).reason).toBe('manifest-unknown')
    expect(refusal('HEAD', `/v2/ab/manifests/${reference}`).reason).toBe('manifest-unknown')
    expect(refusal('DELETE', `/v2/ab/manifests/${reference}`).reason).toBe('manifest-unknown')
    expect(refusal('PUT', `/v2/ab/manifests/${reference}`).reason).toBe('tag-invalid')
  })

  test.each(['', '.a', LONG, '%C3%A9', 'a%00', '1.0+build', 'a%0d%0aX', '%zz'])('the further tag %j', (text) => {
    expect(refusal('PUT', `/v2/ab/manifests/v1?tag=ok&tag=${text}`).reason).toBe('tag-invalid')
  })

  test.each([
    'sha256:baddigeststring',
    `sha256:${HEX.toUpperCase()}`,
    `SHA256:${HEX}`,
    `sha256:${HEX}0`,
    `sha512:${HEX}`,
    `md5:${HEX.slice(0, 32)}`,
    `blake3:${HEX}`,
    'sha256:',
    ':',
    'sha256:%2e%2e',
    `sha256%3A%3A${HEX}`,
    `sha256%253A${HEX}`.replace('%253A', ':%3A'),
    'a:b',
  ])('the digest %s', (text) => {
    for (const method of ['GET', 'HEAD', 'DELETE']) {
      expect(refusal(method, `/v2/ab/blobs/${text}`).reason).toBe('digest-invalid')
      expect(refusal(method, `/v2/ab/manifests/${text}`).reason).toBe('digest-invalid')
    }
    expect(refusal('PUT', `/v2/ab/manifests/${text}`).reason).toBe('digest-invalid')
    expect(refusal('GET', `/v2/ab/referrers/${text}`).reason).toBe('digest-invalid')
    expect(refusal('GET', `/v2/ab/referrers/${DIGEST}?last=${text}`).reason).toBe('digest-invalid')
    expect(refusal('POST', `/v2/ab/blobs/uploads/?digest=${text}`).reason).toBe('digest-invalid')
    expect(refusal('PUT', `/v2/ab/blobs/uploads/${UPLOAD}?digest=${text}`).reason).toBe('digest-invalid')
  })

  test('a blob without a digest, and an upload finished without one', () => {
    expect(refusal('GET', '/v2/ab/blobs/').reason).toBe('digest-invalid')
    expect(refusal('PUT', `/v2/ab/blobs/uploads/${UPLOAD}`).reason).toBe('digest-invalid')
    expect(refusal('PUT', `/v2/ab/blobs/uploads/${UPLOAD}?digest`).reason).toBe('digest-invalid')
    expect(refusal('POST', '/v2/ab/blobs/uploads/?digest-algorithm=md5').reason).toBe('digest-invalid')
  })

  test.each(['x', UPLOAD.toUpperCase(), `${UPLOAD}0`, '%2e%2e%2f', `${UPLOAD}%00`, '..', 'f'.repeat(31)])(
    'the upload %s',
    (id) => {
      for (const method of ['GET', 'PATCH', 'PUT', 'DELETE']) {
        expect(refusal(method, `/v2/ab/blobs/uploads/${id}`).reason).toBe('upload-unknown')
      }
    },
  )
})

describe('parseCall() refuses a page:', () => {
  test.each(['-1', 'abc', '1.5', '', '1%0d%0a'])('n=%s', (n) => {
    for (const path of ['/v2/_catalog', '/v2/ab/tags/list', `/v2/ab/referrers/${DIGEST}`]) {
      expect(refusal('GET', `${path}?n=${n}`).reason).toBe('page-invalid')
    }
  })

  test('but a huge one is only cut', () => {
    expect(call('GET', '/v2/ab/tags/list?n=100000000000000000000')).toMatchObject({ n: 10_000 })
  })

  test('and takes any text as the last tag: it only has a place in the order', () => {
    expect(call('GET', '/v2/ab/tags/list?last=a%0d%0aX:%20b')).toMatchObject({ last: 'a\r\nX: b' })
  })
})

describe('parseCall() bounds a query:', () => {
  test('100 tags, and 128 parameters', () => {
    const query = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name}=t${i}`).join('&')
    const path = `/v2/ab/manifests/${DIGEST}`
    expect(call('PUT', `${path}?${query(100, 'tag')}`)).toMatchObject({ tags: { length: 100 } })
    expect(refusal('PUT', `${path}?${query(101, 'tag')}`).reason).toBe('parameter-invalid')
    expect(call('PUT', `${path}?${query(128, 'x')}`)).toMatchObject({ tags: [] })
    expect(refusal('PUT', `${path}?${query(129, 'x')}`).reason).toBe('parameter-invalid')
    expect(refusal('GET', `/v2/_catalog?${'&a'.repeat(30_000)}`).reason).toBe('parameter-invalid')
    expect(call('GET', `/v2/_catalog?${'&'.repeat(60_000)}`)).toMatchObject({ kind: 'catalog' })
  })
})

describe('parseCall() refuses a method with what is allowed:', () => {
  test.each([
    ['POST', '/v2/', 'GET, HEAD'],
    ['DELETE', '/v2/_catalog', 'GET, HEAD'],
    ['OPTIONS', '/v2/_oci/ext/discover', 'GET, HEAD'],
    ['PUT', `/v2/ab/blobs/${DIGEST}`, 'GET, HEAD, DELETE'],
    ['TRACE', `/v2/ab/blobs/${DIGEST}`, 'GET, HEAD, DELETE'],
    ['PATCH', '/v2/ab/manifests/v1', 'GET, HEAD, PUT, DELETE'],
    ['constructor', '/v2/ab/manifests/v1', 'GET, HEAD, PUT, DELETE'],
    ['GET', '/v2/ab/blobs/uploads/', 'POST'],
    ['PUT', '/v2/ab/blobs/uploads', 'POST'],
    ['POST', `/v2/ab/blobs/uploads/${UPLOAD}`, 'GET, PATCH, PUT, DELETE'],
    ['POST', '/v2/ab/tags/list', 'GET, HEAD'],
    ['DELETE', `/v2/ab/referrers/${DIGEST}`, 'GET, HEAD'],
    ['get', '/v2/', 'GET, HEAD'],
  ])('%s %s', (method, target, allow) => {
    expect(refusal(method, target)).toMatchObject({ reason: 'unsupported', detail: { allow } })
  })
})

describe('parseCall() knows nothing at', () => {
  test.each([
    '/',
    '/v1/',
    '/v2x',
    '/v2/ab',
    '/v2/ab/',
    '/v2/ab/tags',
    '/v2/ab/tags/list/',
    '/v2/ab/tags/all',
    '/v2/_catalog/',
    '/v2/ab/_oci/ext/discover',
    '/v2/_oci/ext',
    `/v2/ab/uploads/${UPLOAD}`,
    '',
    '*',
  ])('%j', (target) => {
    expect(refusal('GET', target).reason).toBe('not-found')
  })
})

describe('parseCall()', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      'v2',
      'blobs',
      'uploads',
      'manifests',
      'tags',
      'list',
      'referrers',
      '_catalog',
      'ab',
      '..',
      '',
      '%2F',
      DIGEST,
      UPLOAD,
      'sha256%3A',
      '?',
      '?digest=',
      '?tag=a&tag=%',
      '?n=1&last=',
      '%00',
      ':',
    ),
    fc.string({ maxLength: 5 }),
  )

  test('gives a call whose texts fit their grammars, or refuses: never anything else', () => {
    const methods = fc.constantFrom('GET', 'HEAD', 'PUT', 'POST', 'PATCH', 'DELETE')
    fc.assert(
      fc.property(methods, fc.array(piece, { maxLength: 8 }), (method, pieces) => {
        const parsed = parseOrRefuse(method, `/v2/${pieces.join('/')}`)
        if (parsed === undefined || !('name' in parsed)) return
        expect(parsed.name).toMatch(/^[a-z0-9._/-]{2,255}$/)
        expect(parsed.name).not.toContain('..')
        if ('uploadId' in parsed) expect(parsed.uploadId).toMatch(/^[0-9a-f]{32}$/)
        if ('reference' in parsed) expect(textOf(parsed)).toMatch(/^[a-zA-Z0-9_][a-zA-Z0-9._:-]*$/)
      }),
      { numRuns: 3000 },
    )
  })

  test('is fast, also on the longest addresses that a server lets through', () => {
    const targets = [
      `/v2/team-blue/api/blobs/${DIGEST}`,
      '/v2/team-blue/api/manifests/v1.0.3',
      `/v2/a/blobs/uploads/${UPLOAD}?digest=${DIGEST}`,
    ]
    const long = `/v2/${'ab/'.repeat(20_000)}manifests/v1`
    const startMs = performance.now()
    for (let round = 0; round < 2000; round++) for (const target of targets) parseOrRefuse('GET', target)
    for (let round = 0; round < 100; round++) parseOrRefuse('GET', long)
    // Measured 8 ms; a RegExp that tracks back over the whole path takes seconds.
    expect(performance.now() - startMs).toBeLessThan(500)
  })
})

function parseOrRefuse(method: string, target: string): OciCall | undefined {
  try {
    return parseCall(method, target)
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

function textOf({ reference }: Extract<OciCall, { reference: unknown }>): string | Digest {
  return reference.kind === 'tag' ? reference.tag : reference.digest
}
