import type { ManifestWithTags } from '../../ports/metadata/images.ts'
import type { Repository } from '../../ports/metadata/repositories.ts'
import type { EcrCall } from './define-action.ts'
import type { Output } from './operations.ts'
import { toSeconds } from './repository-view.ts'

type ImageDetail = NonNullable<Output<'DescribeImages'>['imageDetails']>[number]

/** An image as `DescribeImages` shows it: what does not apply, such as tags of an untagged one, is absent. */
export function imageDetail(call: EcrCall, repository: Repository, manifest: ManifestWithTags): ImageDetail {
  const { tags, lastPulledAtMs, archivedAtMs, restoredAtMs } = manifest
  return {
    registryId: call.caller.registry.accountId,
    repositoryName: repository.name,
    imageDigest: manifest.digest,
    imageTags: tags.length === 0 ? undefined : tags,
    imageSizeInBytes: manifest.imageSizeBytes,
    imagePushedAt: toSeconds(manifest.pushedAtMs),
    imageManifestMediaType: manifest.mediaType,
    artifactMediaType: manifest.artifactType,
    lastRecordedPullTime: lastPulledAtMs === undefined ? undefined : toSeconds(lastPulledAtMs),
    subjectManifestDigest: manifest.subject,
    imageStatus: manifest.storageClass === 'archive' ? 'ARCHIVED' : 'ACTIVE',
    lastArchivedAt: archivedAtMs === undefined ? undefined : toSeconds(archivedAtMs),
    lastActivatedAt: restoredAtMs === undefined ? undefined : toSeconds(restoredAtMs),
  }
}
