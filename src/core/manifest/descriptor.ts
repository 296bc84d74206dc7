import { digestOf } from '../content-digest.ts'
import { algorithmOf, fitsDigestGrammar, isDigest } from '../digest.ts'
import type { JsonObject, JsonValue } from '../strict-json.ts'
import {
  fieldNames,
  isAbsent,
  manifestInvalid,
  parseAnnotations,
  parseListField,
  parseObjectField,
  parseTextField,
  parseTypeField,
  refuseOtherSpellings,
} from './fields.ts'

const DESCRIPTOR_FIELDS = fieldNames(
  ...['mediaType', 'digest', 'size', 'urls', 'annotations', 'data', 'platform', 'artifactType'],
)

/** A descriptor inside a manifest (image-spec, descriptor.md), checked. */
export interface Descriptor {
  readonly mediaType: string
  /** Fits the digest grammar; an algorithm that cannot be pushed here is possible, and then nothing here ever equals it. */
  readonly digest: string
  readonly sizeBytes: number
  readonly urls: readonly string[]
  readonly artifactType: string | undefined
  readonly annotations: Readonly<Record<string, string>> | undefined
  readonly platform: Platform | undefined
}

export interface Platform {
  readonly architecture: string | undefined
  readonly os: string | undefined
  readonly osVersion: string | undefined
  readonly variant: string | undefined
}

/**
 * @param field where the descriptor is, for the message
 * @throws {Refusal} `manifest-invalid`, also when content that comes with the descriptor is not what it describes
 */
export function parseDescriptor(value: JsonValue | undefined, field: string): Descriptor {
  const object = parseObjectField(value, field)
  refuseOtherSpellings(object, DESCRIPTOR_FIELDS, `${field}.`)
  const mediaType = parseTypeField(object.mediaType, `${field}.mediaType`)
  if (mediaType === undefined || mediaType === '') throw manifestInvalid(`${field}.mediaType`, 'set')
  const descriptor: Descriptor = {
    mediaType,
    digest: parseDigestField(object, field),
    sizeBytes: parseSize(object, field),
    urls: parseUrls(object, field),
    artifactType: parseTypeField(object.artifactType, `${field}.artifactType`) || undefined,
    annotations: parseAnnotations(object.annotations, `${field}.annotations`),
    platform: isAbsent(object.platform) ? undefined : parsePlatform(object.platform, `${field}.platform`),
  }
  if (!isAbsent(object.data)) checkData(descriptor, object.data, `${field}.data`)
  return descriptor
}

function parseDigestField(object: JsonObject, field: string): string {
  const { digest } = object
  if (typeof digest === 'string' && fitsDigestGrammar(digest)) return digest
  throw manifestInvalid(`${field}.digest`, 'a digest, such as sha256: and 64 lower-case hexadecimal digits', digest)
}

/** The parser of the JSON has refused what is beyond 2^53-1. */
function parseSize(object: JsonObject, field: string): number {
  const { size } = object
  if (typeof size === 'number' && Number.isInteger(size) && size >= 0) return size
  throw manifestInvalid(`${field}.size`, 'an integer of 0 or more', size)
}

function parseUrls(object: JsonObject, field: string): readonly string[] {
  if (isAbsent(object.urls)) return []
  const urls = parseListField(object.urls, `${field}.urls`)
  return urls.map((url, index) => {
    if (typeof url === 'string') return url
    throw manifestInvalid(`${field}.urls[${index}]`, 'text', url)
  })
}

function parsePlatform(value: JsonValue | undefined, field: string): Platform {
  const object = parseObjectField(value, field)
  return {
    architecture: parseTextField(object.architecture, `${field}.architecture`),
    os: parseTextField(object.os, `${field}.os`),
    osVersion: parseTextField(object['os.version'], `${field}.os.version`),
    variant: parseTextField(object.variant, `${field}.variant`),
  }
}

/** `data` must be the content (image-spec, descriptor.md, "Embedded Content"): clients use it without fetching. */
function checkData(descriptor: Descriptor, data: JsonValue | undefined, field: string): void {
  const content = typeof data === 'string' ? decodeBase64(data) : undefined
  if (content === undefined) throw manifestInvalid(field, 'base64 text', data)
  if (content.byteLength !== descriptor.sizeBytes) {
    throw manifestInvalid(field, `as long as size says, ${descriptor.sizeBytes} bytes; it is ${content.byteLength}`)
  }
  if (!isDigest(descriptor.digest)) return
  if (digestOf(content, algorithmOf(descriptor.digest)) === descriptor.digest) return
  throw manifestInvalid(field, `the content of digest ${descriptor.digest}; it has another digest`)
}

function decodeBase64(text: string): Uint8Array | undefined {
  if (/\s/.test(text)) return undefined
  try {
    return Uint8Array.fromBase64(text, { lastChunkHandling: 'strict' })
  } catch {
    return undefined
  }
}
