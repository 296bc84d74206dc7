import { isStorableText } from '../storable-text.ts'

/** Where an image comes from, as its manifest's annotations say. */
export interface BuildLinks {
  /** An http or https address: of the build, or of what tells more of the image. */
  readonly address?: string
  /** An http or https address: of the source. */
  readonly source?: string
  readonly revision?: string
}

/** Which annotations are read for what; the first that is there and good counts. */
export interface BuildLinkNames {
  readonly address: readonly string[]
  readonly revision: readonly string[]
}

/** image-spec, annotations.md, "Pre-Defined Annotation Keys". */
const URL_NAME = 'org.opencontainers.image.url'
const SOURCE_NAME = 'org.opencontainers.image.source'
const REVISION_NAME = 'org.opencontainers.image.revision'

/** With the source's address where there is no other: builds are found from there. */
export const BUILD_LINK_NAMES: BuildLinkNames = { address: [URL_NAME, SOURCE_NAME], revision: [REVISION_NAME] }

type Annotations = Readonly<Record<string, string>>

const LONGEST_ADDRESS = 2048
const LONGEST_REVISION = 256

/**
 * @param names beside the usual ones, and before them
 * @returns what is there and good; addresses of other schemes than http and https are none, as they are shown as links
 */
export function buildLinksOf(
  annotations: Annotations | undefined,
  names: BuildLinkNames = { address: [], revision: [] },
): BuildLinks {
  const address = pick(annotations, [...names.address, URL_NAME], isAddress)
  const source = pick(annotations, [SOURCE_NAME], isAddress)
  const revision = pick(annotations, [...names.revision, REVISION_NAME], isRevision)
  return {
    ...(address !== undefined && { address }),
    ...(source !== undefined && { source }),
    ...(revision !== undefined && { revision }),
  }
}

/** Whether both the address and the revision are there, under one of these names each. */
export function hasBuildLinks(annotations: Annotations | undefined, names: BuildLinkNames): boolean {
  return (
    pick(annotations, names.address, isAddress) !== undefined &&
    pick(annotations, names.revision, isRevision) !== undefined
  )
}

function pick(
  annotations: Annotations | undefined,
  names: readonly string[],
  isGood: (text: string) => boolean,
): string | undefined {
  if (annotations === undefined) return undefined
  return names
    .map((name) => (Object.hasOwn(annotations, name) ? annotations[name] : undefined))
    .find((text) => text !== undefined && isGood(text))
}

function isAddress(text: string): boolean {
  if (text.length > LONGEST_ADDRESS || !isStorableText(text)) return false
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:')
}

function isRevision(text: string): boolean {
  return text.trim() !== '' && text.length <= LONGEST_REVISION && isStorableText(text)
}
