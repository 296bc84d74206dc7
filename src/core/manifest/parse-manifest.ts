import { Refusal } from '../refusal.ts'
import { type JsonObject, parseStrictJson, StrictJsonError } from '../strict-json.ts'
import { type Descriptor, parseDescriptor } from './descriptor.ts'
import {
  fieldNames,
  isAbsent,
  isObject,
  manifestInvalid,
  parseAnnotations,
  parseListField,
  parseTextField,
  parseTypeField,
  refuseOtherSpellings,
} from './fields.ts'
import { EMPTY_TYPE, isSchema1Type, manifestKindOf, SUPPORTED_MANIFEST_TYPES } from './media-types.ts'

/** What a registry needs to know of a manifest. The bytes themselves are stored as they came. */
export interface ParsedManifest {
  readonly kind: 'image' | 'index'
  /** One of the four that are supported, without parameters. */
  readonly mediaType: string
  /** As the manifest itself says; never empty. */
  readonly artifactType: string | undefined
  /** Of an image. */
  readonly configMediaType: string | undefined
  /** Need not exist anywhere. */
  readonly subject: Descriptor | undefined
  readonly config: Descriptor | undefined
  /** Empty for an index. */
  readonly layers: readonly Descriptor[]
  /** What an index lists; empty for an image. */
  readonly entries: readonly Descriptor[]
  readonly annotations: Readonly<Record<string, string>> | undefined
  /** Config and layers as their descriptors say, 0 for an index; at most 2^53-1. */
  readonly imageSizeBytes: number
}

const MANIFEST_FIELDS = fieldNames(
  ...['schemaVersion', 'mediaType', 'artifactType', 'config', 'layers', 'manifests', 'subject', 'annotations'],
)

/** One manifest naming more than this costs a transaction more than it is worth; images have at most 127 layers. */
const MOST_DESCRIPTORS = 10_000

/**
 * Reads a manifest strictly: what two clients could read in two ways is refused before it is stored (CVE-2021-41190).
 * Types that are not known here, of configs, layers, entries and artifacts, are never an error (image-spec,
 * manifest.md), nor are fields that are not known.
 *
 * @param contentType the request's, parameters allowed; undefined when there was none, and then the body's counts
 * @throws {Refusal} `manifest-invalid`, with a sentence that names the field
 */
export function parseManifest(content: Uint8Array, contentType: string | undefined): ParsedManifest {
  const object = parseJson(content)
  refuseOtherSpellings(object, MANIFEST_FIELDS, '')
  const mediaType = parseMediaType(object, contentType)
  const kind = manifestKindOf(mediaType)
  if (kind === undefined) throw unsupportedType(mediaType)
  if (object.schemaVersion !== 2) throw manifestInvalid('schemaVersion', '2', object.schemaVersion ?? null)
  refuseBothShapes(object, kind)
  const common = {
    kind,
    mediaType,
    artifactType: parseTypeField(object.artifactType, 'artifactType') || undefined,
    subject: isAbsent(object.subject) ? undefined : parseDescriptor(object.subject, 'subject'),
    annotations: parseAnnotations(object.annotations, 'annotations'),
  }
  return kind === 'image' ? { ...common, ...parseImage(object) } : { ...common, ...parseIndex(object) }
}

function parseJson(content: Uint8Array): JsonObject {
  try {
    const value = parseStrictJson(content)
    if (isObject(value)) return value
    throw manifestInvalid('the whole', 'a JSON object', value)
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error
    throw new Refusal('manifest-invalid', `invalid manifest: ${error.message}`, {}, { cause: error })
  }
}

function parseMediaType(object: JsonObject, contentType: string | undefined): string {
  const inBody = parseTextField(object.mediaType, 'mediaType')
  const inHeader = contentType?.split(';', 1)[0]?.trim() || undefined
  const mediaType = inHeader ?? inBody
  if (mediaType === undefined) throw manifestInvalid('mediaType', 'set, or the request must have a Content-Type')
  // Told by name, because its body cannot agree with it.
  if (isSchema1Type(mediaType)) throw unsupportedType(mediaType)
  if (inBody !== undefined && inBody !== mediaType) {
    throw manifestInvalid('mediaType', `the same as the request's Content-Type, ${mediaType}`, inBody)
  }
  return mediaType
}

function unsupportedType(mediaType: string): Refusal {
  const found = isSchema1Type(mediaType) ? `${mediaType}, schema 1, which is not supported` : mediaType.slice(0, 255)
  return new Refusal(
    'manifest-invalid',
    `invalid manifest: the media type is ${found}: expected one of ${SUPPORTED_MANIFEST_TYPES.join(', ')}`,
    { field: 'mediaType' },
  )
}

/** What is an image to one client and an index to another could hide either from whoever looks. */
function refuseBothShapes(object: JsonObject, kind: 'image' | 'index'): void {
  const foreign = kind === 'image' ? (['manifests'] as const) : (['config', 'layers'] as const)
  for (const field of foreign) {
    if (object[field] !== undefined) throw manifestInvalid(field, `absent from an ${kind} manifest`)
  }
}

type Shape = Pick<ParsedManifest, 'config' | 'configMediaType' | 'layers' | 'entries' | 'imageSizeBytes'>

function parseImage(object: JsonObject): Shape {
  const config = parseDescriptor(object.config, 'config')
  const layers = parseDescriptors(object, 'layers')
  if (config.mediaType === EMPTY_TYPE && !object.artifactType) {
    throw manifestInvalid('artifactType', `set, because config.mediaType is ${EMPTY_TYPE}`)
  }
  const imageSizeBytes = layers.reduce((sum, layer) => sum + layer.sizeBytes, config.sizeBytes)
  if (imageSizeBytes > Number.MAX_SAFE_INTEGER) throw manifestInvalid('the sum of all sizes', 'at most 2^53-1')
  return { config, configMediaType: config.mediaType, layers, entries: [], imageSizeBytes }
}

function parseIndex(object: JsonObject): Shape {
  const entries = parseDescriptors(object, 'manifests')
  return { config: undefined, configMediaType: undefined, layers: [], entries, imageSizeBytes: 0 }
}

function parseDescriptors(object: JsonObject, field: 'layers' | 'manifests'): Descriptor[] {
  const list = parseListField(object[field], field)
  if (list.length > MOST_DESCRIPTORS) {
    throw manifestInvalid(field, `a list of at most ${MOST_DESCRIPTORS} descriptors; it has ${list.length}`)
  }
  return list.map((value, index) => parseDescriptor(value, `${field}[${index}]`))
}
