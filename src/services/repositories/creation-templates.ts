import { checkResourceTags } from '../../core/ecr/resource-tags.ts'
import { Refusal } from '../../core/refusal.ts'
import type { CreationTemplate } from '../../ports/metadata/creation-templates.ts'
import type { Page } from '../../ports/metadata/page.ts'
import type { MetadataReader } from '../../ports/metadata-store.ts'
import type { Caller, Services } from '../context.ts'
import { refuseIfRestricted } from '../iam/restricted-session.ts'
import { saveResourcePolicy } from '../policies/resource-policy.ts'

export type TemplateSettings = Omit<CreationTemplate, 'createdAtMs' | 'updatedAtMs'>
export type TemplateChange = Partial<Omit<TemplateSettings, 'prefix'>>

/**
 * Which template fits best says what policy a repository gets, so also one without a policy is not for a session with a
 * session policy.
 *
 * @throws {Refusal} `template-exists`, `resource-tag-invalid`, `resource-tags-too-many`; `denied`
 */
export async function createTemplate(
  services: Services,
  caller: Caller,
  settings: TemplateSettings,
): Promise<CreationTemplate> {
  refuseIfRestricted(caller)
  checkResourceTags(settings.resourceTags)
  const nowMs = services.clock.nowMs()
  const stored = await withStoredPolicy(services, caller, settings)
  const template = { ...settings, ...stored, createdAtMs: nowMs, updatedAtMs: nowMs }
  await services.metadata.transact(async (transaction) => {
    const present = await transaction.findCreationTemplate(caller.registry.id, settings.prefix)
    if (present !== undefined) throw templateExists(caller, settings.prefix)
    await transaction.putCreationTemplate(caller.registry.id, template)
  })
  return template
}

/** Replaces the members that `change` has. @throws {Refusal} `template-unknown` and what `createTemplate` does */
export async function updateTemplate(
  services: Services,
  caller: Caller,
  prefix: string,
  change: TemplateChange,
): Promise<CreationTemplate> {
  refuseIfRestricted(caller)
  checkResourceTags(change.resourceTags ?? [])
  const stored = await withStoredPolicy(services, caller, change)
  return await services.metadata.transact(async (transaction) => {
    const present = await getTemplate(transaction, caller, prefix)
    const template = { ...present, ...change, ...stored, updatedAtMs: services.clock.nowMs() }
    await transaction.putCreationTemplate(caller.registry.id, template)
    return template
  })
}

/** @returns the template as it was. @throws {Refusal} `template-unknown`; `denied` to a session with a session policy */
export async function deleteTemplate(services: Services, caller: Caller, prefix: string): Promise<CreationTemplate> {
  refuseIfRestricted(caller)
  return await services.metadata.transact(async (transaction) => {
    const template = await getTemplate(transaction, caller, prefix)
    await transaction.deleteCreationTemplate(caller.registry.id, prefix)
    return template
  })
}

/** @throws {Refusal} `template-unknown` */
export async function getTemplate(metadata: MetadataReader, caller: Caller, prefix: string): Promise<CreationTemplate> {
  const template = await metadata.findCreationTemplate(caller.registry.id, prefix)
  if (template !== undefined) return template
  throw new Refusal(
    'template-unknown',
    `The Repository Creation Template with prefix '${prefix}' does not exist in the registry with id '${caller.registry.accountId}'`,
  )
}

/** A page of the registry's templates by prefix; `next` is the prefix after which the following page begins. */
export async function listTemplates(
  services: Services,
  caller: Caller,
  page: Page,
): Promise<{ templates: CreationTemplate[]; next: string | undefined }> {
  const rows = await services.metadata.listCreationTemplates(caller.registry.id, { ...page, limit: page.limit + 1 })
  const templates = rows.slice(0, page.limit)
  return { templates, next: rows.length > page.limit ? templates.at(-1)?.prefix : undefined }
}

/** The repository policy as it is stored in the repositories that are made of the template: principals by their ids. */
async function withStoredPolicy(
  services: Services,
  caller: Caller,
  { repositoryPolicyText }: TemplateChange,
): Promise<Pick<TemplateChange, 'repositoryPolicyText'>> {
  if (repositoryPolicyText === undefined) return {}
  const { accountId } = caller.registry
  const saved = await saveResourcePolicy(
    services.metadata,
    accountId,
    repositoryPolicyText,
    'repository',
    'repositoryPolicy',
  )
  return { repositoryPolicyText: saved.text }
}

function templateExists(caller: Caller, prefix: string): Refusal {
  return new Refusal(
    'template-exists',
    `A Repository Creation Template with prefix '${prefix}' already exists in the registry with id '${caller.registry.accountId}'`,
  )
}
