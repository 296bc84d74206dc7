import { parseStrictJson } from '../strict-json.ts'
import { isObject, parseAnnotations } from './fields.ts'

/**
 * The annotations of a manifest or index that was parsed when it came; undefined when it has none. What is hung on its
 * descriptors, and the labels in an image's configuration, are others.
 */
export function annotationsOf(content: Uint8Array): Readonly<Record<string, string>> | undefined {
  const manifest = parseStrictJson(content)
  return isObject(manifest) ? parseAnnotations(manifest.annotations, 'annotations') : undefined
}
