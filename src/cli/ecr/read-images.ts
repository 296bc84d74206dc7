import { type Digest, isDigest } from '../../core/digest.ts'
import type { ImageTag, LifecycleImage } from '../../core/lifecycle/lifecycle-image.ts'
import { manifestKindOf } from '../../core/manifest/media-types.ts'
import type { Tag } from '../../core/tag.ts'
import { CliProblem } from '../cli-problem.ts'
import { displayable } from '../displayable.ts'
import { listOf, memberOf, textOf } from '../members.ts'
import type { EcrReader } from './ecr-reader.ts'

const PAGE = 1000
/** ECR's own bound is 100,000, which may be raised; the planner takes about half a kilobyte for each. */
const MOST_IMAGES = 2_000_000

/** An image as ECR describes it; what only its manifest says is not there yet. */
export interface EcrImage extends LifecycleImage {
  /** Compressed; a layer counts in every image that has it. */
  readonly imageSizeBytes: number
}

/**
 * All images of a repository, archived ones too, in the order in which they come, each once.
 *
 * @param onPage is told how many there are so far
 * @throws {CliProblem}
 */
export async function readImages(
  reader: EcrReader,
  repository: string,
  onPage: (count: number) => void,
): Promise<Map<Digest, EcrImage>> {
  const images = new Map<Digest, EcrImage>()
  let nextToken: string | undefined
  do {
    const filter = { tagStatus: 'ANY', imageStatus: 'ANY' }
    const input = {
      repositoryName: repository,
      maxResults: PAGE,
      filter,
      ...(nextToken !== undefined && { nextToken }),
    }
    const page = await reader.ask('DescribeImages', input)
    for (const detail of listOf(page, 'imageDetails')) {
      const image = toImage(detail)
      images.set(image.digest, image)
    }
    onPage(images.size)
    if (images.size > MOST_IMAGES)
      throw new CliProblem(`${displayable(repository)} has more than ${MOST_IMAGES} images.`)
    nextToken = textOf(page, 'nextToken')
  } while (nextToken !== undefined)
  return images
}

function toImage(detail: unknown): EcrImage {
  const digest = textOf(detail, 'imageDigest') ?? ''
  const pushedAtMs = timeOf(detail, 'imagePushedAt')
  if (!isDigest(digest) || pushedAtMs === undefined) {
    throw new CliProblem(
      `An image is described without a digest or a time: ${displayable(JSON.stringify(detail).slice(0, 300))}.`,
    )
  }
  const subject = textOf(detail, 'subjectManifestDigest')
  return {
    digest,
    tags: listOf(detail, 'imageTags').filter(isText).map(toTag),
    mediaType: textOf(detail, 'imageManifestMediaType') ?? '',
    artifactType: textOf(detail, 'artifactMediaType'),
    pushedAtMs,
    lastPulledAtMs: timeOf(detail, 'lastRecordedPullTime'),
    untaggedAtMs: undefined,
    // Until it is restored (ACTIVATING) it is still in the archive (ecr.md 2.3).
    storageClass: (textOf(detail, 'imageStatus') ?? 'ACTIVE') === 'ACTIVE' ? 'standard' : 'archive',
    archivedAtMs: timeOf(detail, 'lastArchivedAt'),
    restoredAtMs: timeOf(detail, 'lastActivatedAt'),
    children: [],
    subject: subject !== undefined && isDigest(subject) ? subject : undefined,
    imageSizeBytes: Number(memberOf(detail, 'imageSizeInBytes') ?? 0),
  }
}

/** ECR does not say when a tag was set; policies that ask are refused before anybody looks. */
function toTag(name: string): ImageTag {
  // Another registry took it for a tag, and that is what it is.
  return { tag: name as Tag, setAtMs: Number.NaN }
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

/** Unix time in milliseconds: the API has seconds, with fractions. */
function timeOf(detail: unknown, name: string): number | undefined {
  const seconds = memberOf(detail, name)
  return typeof seconds === 'number' ? Math.round(seconds * 1000) : undefined
}

export function isIndex({ mediaType }: LifecycleImage): boolean {
  return manifestKindOf(mediaType) === 'index'
}
