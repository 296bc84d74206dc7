import { type Digest, isDigest } from '../digest.ts'

const PREFIX = 'sha256-'
const END_OF_HEX = PREFIX.length + 64
/** What cosign puts behind (sigstore/cosign, specs/SIGNATURE_SPEC.md); nothing, in the OCI referrers tag schema. */
const SUFFIXES = ['', '.sig', '.att', '.sbom']

/** The digest of what a tag stands for a referrer of: `sha256-<hex>`, `sha256-<hex>.sig`; undefined for any other tag. */
export function accessorySubject(tag: string): Digest | undefined {
  if (tag.length < END_OF_HEX || !tag.startsWith(PREFIX)) return undefined
  if (!SUFFIXES.includes(tag.slice(END_OF_HEX))) return undefined
  const digest = `sha256:${tag.slice(PREFIX.length, END_OF_HEX)}`
  return isDigest(digest) ? digest : undefined
}
