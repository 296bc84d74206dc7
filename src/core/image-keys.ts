/** What a call says of the image that it is about. */
export interface NamedImage {
  readonly tag?: string | undefined
  readonly digest?: string | undefined
  /** Of the manifest, as the client that pushes it has it. */
  readonly mediaType?: string | undefined
}

/** Lading's own condition keys: `lading:ImageTag`, `lading:ImageDigest` and `lading:MediaType`, each where it is known. */
export function imageKeys({ tag, digest, mediaType }: NamedImage): Readonly<Record<string, string>> {
  // Every pull makes one.
  const keys: Record<string, string> = {}
  if (tag !== undefined) keys['lading:imagetag'] = tag
  if (digest !== undefined) keys['lading:imagedigest'] = digest
  if (mediaType !== undefined) keys['lading:mediatype'] = mediaType
  return keys
}
