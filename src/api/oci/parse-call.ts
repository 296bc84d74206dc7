import { type Digest, parseDigest, parseDigestAlgorithm, quote } from '../../core/digest.ts'
import { parsePageSize } from '../../core/http/parse-page-size.ts'
import { Refusal } from '../../core/refusal.ts'
import { isRepositoryName, parseRepositoryName, type RepositoryName } from '../../core/repository-name.ts'
import { isStorableText } from '../../core/storable-text.ts'
import { isTag, parseTag, type Tag } from '../../core/tag.ts'
import { isUploadId, type UploadId } from '../../ports/ids.ts'
import type { ManifestReference } from '../../services/pull-manifest.ts'
import type { OciCall } from './call.ts'
import { parseQuery } from './query.ts'

/** Ten must be allowed (distribution-spec, "Pushing Manifests with Tags"). */
const MOST_TAGS = 100

/**
 * Which endpoint a request is for, with all that its address and query say.
 *
 * The path is taken as it came: nothing is unescaped or cleaned before it is split, so that no two spellings name the
 * same thing. It is matched from its end, because a repository may be called `blobs/uploads`. One exception: the colon
 * of a digest may come as `%3A`.
 *
 * @param target path and query as the client sent them, without scheme and host
 * @throws {Refusal} `not-found`, `unsupported` (with `detail.allow`), `name-invalid`, `tag-invalid`, `digest-invalid`,
 *   `manifest-unknown`, `upload-unknown`, `page-invalid`, `parameter-invalid`
 */
export function parseCall(method: string, target: string): OciCall {
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  const query = mark === -1 ? '' : target.slice(mark + 1)
  if (path === '/v2/' || path === '/v2') return allow('GET, HEAD', method, { kind: 'version' })
  if (!path.startsWith('/v2/')) throw notFound(path)
  if (path === '/v2/_catalog') return parseCatalog(method, query)
  if (path === '/v2/_oci/ext/discover') return allow('GET, HEAD', method, { kind: 'extensions-discover' })
  return parseInRepository(method, path, query)
}

/** `/v2/<name>/<collection>/<last>`, and the two addresses whose collection has two components. */
function parseInRepository(method: string, path: string, query: string): OciCall {
  const lastSlash = path.lastIndexOf('/')
  const last = path.slice(lastSlash + 1)
  const collectionSlash = path.lastIndexOf('/', lastSlash - 1)
  const collection = path.slice(collectionSlash + 1, lastSlash)
  switch (collection) {
    case 'manifests':
      return parseManifestCall(method, nameBefore(path, collectionSlash), last, query)
    case 'blobs':
      if (last === 'uploads') return parseUploadStart(method, nameBefore(path, collectionSlash), query)
      return parseBlobCall(method, nameBefore(path, collectionSlash), last)
    case 'uploads':
      if (!path.endsWith('/blobs', collectionSlash)) break
      if (last === '') return parseUploadStart(method, nameBefore(path, collectionSlash - '/blobs'.length), query)
      return parseUploadCall(method, nameBefore(path, collectionSlash - '/blobs'.length), last, query)
    case 'referrers':
      return parseReferrers(method, nameBefore(path, collectionSlash), last, query)
    case 'tags':
      if (last === 'list') return parseTagList(method, nameBefore(path, collectionSlash), query)
  }
  throw notFound(path)
}

function nameBefore(path: string, end: number): RepositoryName {
  return parseRepositoryName(path.slice('/v2/'.length, Math.max(end, '/v2/'.length)))
}

const MANIFEST_KINDS = { GET: 'manifest-get', HEAD: 'manifest-head', DELETE: 'manifest-delete' } as const

function parseManifestCall(method: string, name: RepositoryName, last: string, query: string): OciCall {
  if (method === 'PUT') {
    const reference = parseReference(last) ?? { kind: 'tag', tag: parseTag(last) }
    return { kind: 'manifest-put', name, reference, tags: parseTags(query) }
  }
  const kind = pick(MANIFEST_KINDS, method, 'GET, HEAD, PUT, DELETE')
  const reference = parseReference(last)
  if (reference === undefined) throw manifestUnknown(last)
  return { kind, name, reference }
}

/** @returns undefined for what is neither: no manifest can have such a tag */
function parseReference(text: string): ManifestReference | undefined {
  if (isTag(text)) return { kind: 'tag', tag: text }
  const unescaped = unescapeColon(text)
  return unescaped.includes(':') ? { kind: 'digest', digest: parseDigest(unescaped) } : undefined
}

function parseTags(query: string): readonly Tag[] {
  if (query === '') return []
  const tags = new Set(parametersOf(parseQuery(query), 'tag').map(parseTag))
  if (tags.size > MOST_TAGS) throw new Refusal('parameter-invalid', `A push may set at most ${MOST_TAGS} tags.`)
  return [...tags]
}

const BLOB_KINDS = { GET: 'blob-get', HEAD: 'blob-head', DELETE: 'blob-delete' } as const

function parseBlobCall(method: string, name: RepositoryName, last: string): OciCall {
  return { kind: pick(BLOB_KINDS, method, 'GET, HEAD, DELETE'), name, digest: parseDigest(unescapeColon(last)) }
}

function parseUploadStart(method: string, name: RepositoryName, query: string): OciCall {
  if (method !== 'POST') throw wrongMethod(method, 'POST')
  const parameters = parseQuery(query)
  const algorithm = parameterOf(parameters, 'digest-algorithm')
  return {
    kind: 'upload-start',
    name,
    digest: optionalDigest(parameters, 'digest'),
    digestAlgorithm: algorithm === undefined ? undefined : parseDigestAlgorithm(algorithm),
    ...parseMount(parameters),
  }
}

/** A mount that cannot be done is a plain upload and never an error: containerd would fail the whole push (oci.md 1.3). */
function parseMount(parameters: readonly Parameter[]): { mount: Digest | undefined; from: RepositoryName | undefined } {
  const mount = optionalDigest(parameters, 'mount')
  const from = parameterOf(parameters, 'from')
  if (from === undefined) return { mount, from: undefined }
  return isRepositoryName(from) ? { mount, from } : { mount: undefined, from: undefined }
}

const UPLOAD_KINDS = { GET: 'upload-status', PATCH: 'upload-append', DELETE: 'upload-cancel' } as const

function parseUploadCall(method: string, name: RepositoryName, last: string, query: string): OciCall {
  if (method !== 'PUT') {
    const kind = pick(UPLOAD_KINDS, method, 'GET, PATCH, PUT, DELETE')
    return { kind, name, uploadId: parseUploadId(last) }
  }
  const uploadId = parseUploadId(last)
  const digest = optionalDigest(parseQuery(query), 'digest')
  if (digest === undefined) {
    throw new Refusal('digest-invalid', 'To finish an upload, name its digest: expected a parameter digest=sha256:…')
  }
  return { kind: 'upload-finish', name, uploadId, digest }
}

function parseUploadId(text: string): UploadId {
  if (isUploadId(text)) return text
  throw new Refusal(
    'upload-unknown',
    `The upload ${quote(text)} is unknown: it may have been finished or have expired.`,
  )
}

function parseReferrers(method: string, name: RepositoryName, last: string, query: string): OciCall {
  const parameters = parseQuery(query)
  return allow('GET, HEAD', method, {
    kind: 'referrers',
    name,
    digest: parseDigest(unescapeColon(last)),
    artifactTypes: parametersOf(parameters, 'artifactType'),
    n: parsePageSize(parameterOf(parameters, 'n')),
    last: optionalDigest(parameters, 'last'),
  })
}

function parseTagList(method: string, name: RepositoryName, query: string): OciCall {
  return allow('GET, HEAD', method, { kind: 'tag-list', name, ...parsePage(query) })
}

function parseCatalog(method: string, query: string): OciCall {
  return allow('GET, HEAD', method, { kind: 'catalog', ...parsePage(query) })
}

function parsePage(query: string): { n: number | undefined; last: string | undefined } {
  const parameters = parseQuery(query)
  const last = parameterOf(parameters, 'last')
  if (last === undefined || isStorableText(last)) return { n: parsePageSize(parameterOf(parameters, 'n')), last }
  throw new Refusal('page-invalid', `invalid last ${quote(last)}: expected the last name of a page, without NUL`)
}

type Parameter = readonly [name: string, value: string]

function parameterOf(parameters: readonly Parameter[], name: string): string | undefined {
  return parameters.find((parameter) => parameter[0] === name)?.[1]
}

function parametersOf(parameters: readonly Parameter[], name: string): string[] {
  return parameters.filter((parameter) => parameter[0] === name).map((parameter) => parameter[1])
}

function optionalDigest(parameters: readonly Parameter[], name: string): Digest | undefined {
  const text = parameterOf(parameters, name)
  return text === undefined ? undefined : parseDigest(text)
}

/** Some clients escape the colon of a digest in a path; nothing else is ever escaped there. */
function unescapeColon(text: string): string {
  return text.includes('%') ? text.replace(/%3a/i, ':') : text
}

function pick<Kind>(kinds: { readonly [method: string]: Kind }, method: string, allowed: string): Kind {
  const kind = Object.hasOwn(kinds, method) ? kinds[method] : undefined
  if (kind === undefined) throw wrongMethod(method, allowed)
  return kind
}

/** For the addresses that are only ever read. */
function allow(allowed: 'GET, HEAD', method: string, call: OciCall): OciCall {
  if (method === 'GET' || method === 'HEAD') return call
  throw wrongMethod(method, allowed)
}

function wrongMethod(method: string, allowed: string): Refusal {
  return new Refusal('unsupported', `The method ${quote(method)} is not supported here: expected ${allowed}.`, {
    allow: allowed,
  })
}

function manifestUnknown(reference: string): Refusal {
  return new Refusal(
    'manifest-unknown',
    `Requested image not found: ${quote(reference)} is neither a tag nor a digest.`,
  )
}

/** An address that others would clean is refused as what it tries to be: a repository name that cannot exist. */
function notFound(path: string): Refusal {
  if (path.includes('%') || path.includes('//') || path.includes('/..') || path.includes('/./')) {
    return new Refusal(
      'name-invalid',
      `invalid path ${quote(path)}: expected a repository name without escapes and empty or dot components`,
    )
  }
  return new Refusal('not-found', `There is nothing at ${quote(path)}.`)
}
