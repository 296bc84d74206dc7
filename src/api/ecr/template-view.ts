import type { Fields } from '../../core/ecr/fields.ts'
import { parseTagMutability } from '../../core/ecr/parse-tag-mutability.ts'
import { DEFAULT_TAG_MUTABILITY } from '../../core/repository-settings.ts'
import type { CreationTemplate } from '../../ports/metadata/creation-templates.ts'
import { showPolicyText } from '../../services/iam/policy-text.ts'
import type { TemplateChange } from '../../services/repositories/creation-templates.ts'
import type { EcrCall } from './define-action.ts'
import type { InputName, Output } from './operations.ts'
import { parseResourceTags } from './parameters.ts'
import { parseEncryption } from './parse-encryption.ts'
import { encryptionView, resourceTagsView, tagMutabilityView, toSeconds } from './repository-view.ts'

type TemplateView = NonNullable<Output<'CreateRepositoryCreationTemplate'>['repositoryCreationTemplate']>
const PURPOSES = ['REPLICATION', 'PULL_THROUGH_CACHE', 'CREATE_ON_PUSH'] as const

/** The members of a template that are given; the lifecycle policy is kept verbatim until the operations on it exist. */
export function parseTemplateChange(fields: Fields<InputName<'UpdateRepositoryCreationTemplate'>>): TemplateChange {
  return withoutUndefined({
    description: fields.text('description', { max: 256 }),
    appliedFor: parsePurposes(fields),
    tagMutability: parseTagMutability(fields),
    encryption: parseEncryption(fields),
    resourceTags: parseResourceTags(fields, 'resourceTags'),
    repositoryPolicyText: fields.text('repositoryPolicy', { max: 10_240 }),
    lifecyclePolicyText: fields.text('lifecyclePolicy', { max: 30_720 }),
    customRoleArn: fields.text('customRoleArn', { max: 2048 }),
  })
}

function parsePurposes(fields: Fields<'appliedFor'>): CreationTemplate['appliedFor'] | undefined {
  const given = fields.texts('appliedFor', { min: 1, max: PURPOSES.length })
  return given?.map((text) => {
    const purpose = PURPOSES.find((candidate) => candidate === text)
    if (purpose !== undefined) return purpose
    throw fields.invalid('appliedFor', `Member must satisfy enum value set: [${PURPOSES.join(', ')}]`)
  })
}

type Present<Value> = { [Name in keyof Value]?: Exclude<Value[Name], undefined> }

function withoutUndefined<Value extends object>(value: Value): Present<Value> {
  // Object.fromEntries forgets the names and types that Object.entries has just read from `value`.
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Present<Value>
}

/** Principals of its policy are shown as ARNs of today. */
export async function templateView(
  { services }: Pick<EcrCall, 'services'>,
  template: CreationTemplate,
): Promise<TemplateView> {
  const { repositoryPolicyText: policy } = template
  return {
    prefix: template.prefix,
    description: template.description,
    encryptionConfiguration: encryptionView(template.encryption ?? { type: 'AES256' }),
    resourceTags: resourceTagsView(template.resourceTags),
    ...tagMutabilityView(template.tagMutability ?? DEFAULT_TAG_MUTABILITY),
    repositoryPolicy: policy === undefined ? undefined : await showPolicyText(services.metadata, policy),
    lifecyclePolicy: template.lifecyclePolicyText,
    appliedFor: template.appliedFor,
    customRoleArn: template.customRoleArn,
    createdAt: toSeconds(template.createdAtMs),
    updatedAt: toSeconds(template.updatedAtMs),
  }
}
