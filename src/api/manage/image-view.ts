import * as z from 'zod'
import type { Digest } from '../../core/digest.ts'
import type { Platform } from '../../core/manifest/descriptor.ts'
import type { BuildLinks } from '../../core/tags/build-links.ts'
import { recogniseTag } from '../../core/tags/recognise-tag.ts'
import type { ImageDescription } from '../../services/describe-image.ts'
import { tagKindField, timeField, toTime } from './fields.ts'

export const buildLinksView = z
  .strictObject({ address: z.string().optional(), source: z.string().optional(), revision: z.string().optional() })
  .describe("Where an image comes from, as the manifest's annotations say. The addresses are http or https.")

/** For lists, whose images may be gone, and for which no more than some megabytes of manifests are read. */
export const listedBuildLinksView = buildLinksView
  .optional()
  .describe(
    'Where the image comes from. Absent when it does not say, is gone for good, or the manifests of the page are huge.',
  )

export type LinksByDigest = ReadonlyMap<Digest, BuildLinks>

export const imageView = z.strictObject({
  repositoryName: z.string(),
  digest: z.string(),
  mediaType: z.string(),
  artifactType: z.string().optional().describe("The manifest's own, else its configuration's media type."),
  tags: z.array(
    z.strictObject({
      tag: z.string(),
      kind: tagKindField,
      since: timeField.describe('When it was pointed here.'),
    }),
  ),
  pushedAt: timeField,
  lastPulledAt: timeField.optional(),
  manifestSizeBytes: z.int(),
  imageSizeBytes: z.int().describe('Configuration and layers; of an index, the largest of its children.'),
  subject: z.string().optional(),
  children: z.array(
    z.strictObject({
      digest: z.string(),
      mediaType: z.string(),
      platform: z.string().optional().describe('Like linux/arm64/v8.'),
    }),
  ),
  storageClass: z.enum(['standard', 'archive']).describe('What is archived cannot be pulled until it is restored.'),
  archivedAt: timeField.optional().describe('When it was archived last.'),
  buildLinks: buildLinksView,
})

export function viewImage(repositoryName: string, image: ImageDescription): z.output<typeof imageView> {
  const { artifactType, lastPulledAtMs, subject } = image
  return {
    repositoryName,
    digest: image.digest,
    mediaType: image.mediaType,
    ...(artifactType !== undefined && { artifactType }),
    tags: image.tags.map(({ tag, fromMs }) => ({ tag, kind: recogniseTag(tag), since: toTime(fromMs) })),
    pushedAt: toTime(image.pushedAtMs),
    ...(lastPulledAtMs !== undefined && { lastPulledAt: toTime(lastPulledAtMs) }),
    manifestSizeBytes: image.sizeBytes,
    imageSizeBytes: image.imageSizeBytes,
    ...(subject !== undefined && { subject }),
    children: image.children.map(({ digest, mediaType, platform }) => ({
      digest,
      mediaType,
      ...(platform !== undefined && { platform: platformText(platform) }),
    })),
    storageClass: image.storageClass,
    ...(image.archivedAtMs !== undefined && { archivedAt: toTime(image.archivedAtMs) }),
    buildLinks: image.buildLinks,
  }
}

function platformText({ os, architecture, variant }: Platform): string {
  const text = `${os ?? 'unknown'}/${architecture ?? 'unknown'}`
  return variant === undefined ? text : `${text}/${variant}`
}
