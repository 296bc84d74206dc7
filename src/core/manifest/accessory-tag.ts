/**
 * Whether a tag stands for a referrer rather than for a name of an image: the fallback tag of the referrers API
 * (distribution-spec 1.1, "Referrers Tag Schema"), and cosign's, which have `.sig`, `.att` or `.sbom` behind it.
 */
export function isAccessoryTag(tag: string): boolean {
  return accessoryOf(tag) !== undefined
}

/** The digest that such a tag stands for, `sha256:…`. */
export function accessoryOf(tag: string): string | undefined {
  const match = /^sha256-([0-9a-f]{64})(?:\.(?:sig|att|sbom))?$/.exec(tag)
  return match === null ? undefined : `sha256:${match[1]}`
}
