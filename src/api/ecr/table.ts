import { batchCheckLayerAvailability } from './batch-check-layer-availability.ts'
import { batchDeleteImage } from './batch-delete-image.ts'
import { batchGetImage } from './batch-get-image.ts'
import { completeLayerUpload } from './complete-layer-upload.ts'
import { createRepository } from './create-repository.ts'
import { createRepositoryCreationTemplate } from './create-repository-creation-template.ts'
import type { EcrAction } from './define-action.ts'
import { deleteLifecyclePolicy } from './delete-lifecycle-policy.ts'
import { deleteRegistryPolicy } from './delete-registry-policy.ts'
import { deleteRepository } from './delete-repository.ts'
import { deleteRepositoryCreationTemplate } from './delete-repository-creation-template.ts'
import { deleteRepositoryPolicy } from './delete-repository-policy.ts'
import { describeImages } from './describe-images.ts'
import { describeRegistry } from './describe-registry.ts'
import { describeRepositories } from './describe-repositories.ts'
import { describeRepositoryCreationTemplates } from './describe-repository-creation-templates.ts'
import { getAccountSetting } from './get-account-setting.ts'
import { getAuthorizationToken } from './get-authorization-token.ts'
import { getDownloadUrlForLayer } from './get-download-url-for-layer.ts'
import { getLifecyclePolicy } from './get-lifecycle-policy.ts'
import { getLifecyclePolicyPreview } from './get-lifecycle-policy-preview.ts'
import { getRegistryPolicy } from './get-registry-policy.ts'
import { getRepositoryPolicy } from './get-repository-policy.ts'
import { initiateLayerUpload } from './initiate-layer-upload.ts'
import { listImageReferrers } from './list-image-referrers.ts'
import { listImages } from './list-images.ts'
import { listTagsForResource } from './list-tags-for-resource.ts'
import type { EcrOperation } from './operations.ts'
import { putAccountSetting } from './put-account-setting.ts'
import { putImage } from './put-image.ts'
import { putImageScanningConfiguration } from './put-image-scanning-configuration.ts'
import { putImageTagMutability } from './put-image-tag-mutability.ts'
import { putLifecyclePolicy } from './put-lifecycle-policy.ts'
import { putRegistryPolicy } from './put-registry-policy.ts'
import { setRepositoryPolicy } from './set-repository-policy.ts'
import { startLifecyclePolicyPreview } from './start-lifecycle-policy-preview.ts'
import { tagResource } from './tag-resource.ts'
import { untagResource } from './untag-resource.ts'
import { updateImageStorageClass } from './update-image-storage-class.ts'
import { updateRepositoryCreationTemplate } from './update-repository-creation-template.ts'
import { uploadLayerPart } from './upload-layer-part.ts'

export const NOT_AVAILABLE_YET = 'not available yet'

/** Every operation of ECR's model and what answers it. An operation without a row does not compile. */
export const ECR_TABLE: {
  readonly [Operation in EcrOperation]: EcrAction<Operation> | typeof NOT_AVAILABLE_YET
} = {
  BatchCheckLayerAvailability: batchCheckLayerAvailability,
  BatchDeleteImage: batchDeleteImage,
  BatchGetImage: batchGetImage,
  BatchGetRepositoryScanningConfiguration: NOT_AVAILABLE_YET,
  CompleteLayerUpload: completeLayerUpload,
  CreatePullThroughCacheRule: NOT_AVAILABLE_YET,
  CreateRepository: createRepository,
  CreateRepositoryCreationTemplate: createRepositoryCreationTemplate,
  DeleteLifecyclePolicy: deleteLifecyclePolicy,
  DeletePullThroughCacheRule: NOT_AVAILABLE_YET,
  DeleteRegistryPolicy: deleteRegistryPolicy,
  DeleteRepository: deleteRepository,
  DeleteRepositoryCreationTemplate: deleteRepositoryCreationTemplate,
  DeleteRepositoryPolicy: deleteRepositoryPolicy,
  DeleteSigningConfiguration: NOT_AVAILABLE_YET,
  DeregisterPullTimeUpdateExclusion: NOT_AVAILABLE_YET,
  DescribeImageReplicationStatus: NOT_AVAILABLE_YET,
  DescribeImageScanFindings: NOT_AVAILABLE_YET,
  DescribeImageSigningStatus: NOT_AVAILABLE_YET,
  DescribeImages: describeImages,
  DescribePullThroughCacheRules: NOT_AVAILABLE_YET,
  DescribeRegistry: describeRegistry,
  DescribeReplicationBackfillResults: NOT_AVAILABLE_YET,
  DescribeRepositories: describeRepositories,
  DescribeRepositoryCreationTemplates: describeRepositoryCreationTemplates,
  GetAccountSetting: getAccountSetting,
  GetAuthorizationToken: getAuthorizationToken,
  GetDownloadUrlForLayer: getDownloadUrlForLayer,
  GetLifecyclePolicy: getLifecyclePolicy,
  GetLifecyclePolicyPreview: getLifecyclePolicyPreview,
  GetRegistryPolicy: getRegistryPolicy,
  GetRegistryScanningConfiguration: NOT_AVAILABLE_YET,
  GetRepositoryPolicy: getRepositoryPolicy,
  GetSigningConfiguration: NOT_AVAILABLE_YET,
  InitiateLayerUpload: initiateLayerUpload,
  ListImageReferrers: listImageReferrers,
  ListImages: listImages,
  ListPullTimeUpdateExclusions: NOT_AVAILABLE_YET,
  ListReplicationBackfills: NOT_AVAILABLE_YET,
  ListTagsForResource: listTagsForResource,
  PutAccountSetting: putAccountSetting,
  PutImage: putImage,
  PutImageScanningConfiguration: putImageScanningConfiguration,
  PutImageTagMutability: putImageTagMutability,
  PutLifecyclePolicy: putLifecyclePolicy,
  PutRegistryPolicy: putRegistryPolicy,
  PutRegistryScanningConfiguration: NOT_AVAILABLE_YET,
  PutReplicationConfiguration: NOT_AVAILABLE_YET,
  PutSigningConfiguration: NOT_AVAILABLE_YET,
  RegisterPullTimeUpdateExclusion: NOT_AVAILABLE_YET,
  SetRepositoryPolicy: setRepositoryPolicy,
  StartImageScan: NOT_AVAILABLE_YET,
  StartLifecyclePolicyPreview: startLifecyclePolicyPreview,
  StartReplicationBackfill: NOT_AVAILABLE_YET,
  StopReplicationBackfill: NOT_AVAILABLE_YET,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateImageStorageClass: updateImageStorageClass,
  UpdatePullThroughCacheRule: NOT_AVAILABLE_YET,
  UpdateRepositoryCreationTemplate: updateRepositoryCreationTemplate,
  UploadLayerPart: uploadLayerPart,
  ValidatePullThroughCacheRule: NOT_AVAILABLE_YET,
}

export function isEcrOperation(text: string): text is EcrOperation {
  return Object.hasOwn(ECR_TABLE, text)
}

/** Operations of the model that are refused as not available yet, for the documentation. */
export function unavailableOperations(): EcrOperation[] {
  return Object.keys(ECR_TABLE)
    .filter(isEcrOperation)
    .filter((operation) => ECR_TABLE[operation] === NOT_AVAILABLE_YET)
}
