import * as z from 'zod'
import { TAG_FILTER } from '../../core/ecr/parse-tag-mutability.ts'
import { MOST_LIFECYCLE_CHARS } from '../../core/lifecycle/lading/lading-limits.ts'
import { Refusal } from '../../core/refusal.ts'
import { parseRepositoryName } from '../../core/repository-name.ts'
import { parseNamespacePath, type Scope } from '../../core/settings/scope.ts'
import { MOST_RESTORE_DAYS, SETTING_NAMES, type Setting, type SettingName } from '../../core/settings/settings.ts'
import type { ShownSetting } from '../../services/settings/own-settings.ts'
import type { AskedSetting } from '../../services/settings/put-settings.ts'
import { timeField, toTime } from './fields.ts'

const mode = z.enum(['MUTABLE', 'IMMUTABLE', 'MUTABLE_WITH_EXCLUSION', 'IMMUTABLE_WITH_EXCLUSION'])
const count = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER)

const tagMutability = z
  .strictObject({
    mode,
    exclusionFilters: z
      .array(
        z
          .string()
          .regex(TAG_FILTER.pattern, 'must be 1 to 128 letters, digits or ._*-')
          .refine((text) => text.split('*').length - 1 <= TAG_FILTER.mostWildcards, 'must have at most 2 wildcards'),
      )
      .max(5)
      .default([]),
  })
  .refine(
    (value) => value.mode.endsWith('_WITH_EXCLUSION') === value.exclusionFilters.length > 0,
    'exclusionFilters belong to the modes WITH_EXCLUSION, and those need 1 to 5',
  )

/** The value of every setting. */
const VALUES = {
  lifecyclePolicy: z.string().max(MOST_LIFECYCLE_CHARS).describe('The text of a policy.'),
  tagMutability,
  tagRules: z.record(z.string().max(128), z.unknown()),
  scanOnPush: z.boolean(),
  repositoryPolicy: z.string().max(40_960).describe('Counts for every repository below, beside its own.'),
  deletionProtection: z.boolean(),
  quota: z.strictObject({ bytes: count.optional(), images: count.optional() }),
  lifecycleBrake: z.strictObject({ share: z.number().min(0).max(1), floor: count }),
  restoreWindow: z.strictObject({ days: z.number().min(0).max(MOST_RESTORE_DAYS) }),
}

const locked = z.boolean().default(false).describe('Whether what is below cannot weaken it.')

function said<Value extends z.ZodType>(value: Value) {
  return z.strictObject({ value, locked }).optional()
}

/** What a scope says anew, by name. */
export const settingsField = z
  .strictObject({
    lifecyclePolicy: said(VALUES.lifecyclePolicy),
    tagMutability: said(VALUES.tagMutability),
    tagRules: said(VALUES.tagRules),
    scanOnPush: said(VALUES.scanOnPush),
    repositoryPolicy: said(VALUES.repositoryPolicy),
    deletionProtection: said(VALUES.deletionProtection),
    quota: said(VALUES.quota),
    lifecycleBrake: said(VALUES.lifecycleBrake),
    restoreWindow: said(VALUES.restoreWindow),
  } satisfies Record<SettingName, z.ZodType>)
  .refine((settings) => Object.values(settings).some((one) => one !== undefined), 'must have a setting')

export const settingNameField = z.enum(SETTING_NAMES)

/** Which scope is meant: the registry when neither is given. */
export const scopeQuery = z.strictObject({
  namespace: z.string().max(256).optional().describe('A beginning of names up to a slash, such as team-blue/.'),
  repository: z.string().max(255).optional(),
})

export const settingView = z.strictObject({
  name: settingNameField,
  value: z.unknown(),
  locked: z.boolean(),
  from: z.strictObject({
    kind: z.enum(['installation', 'registry', 'namespace', 'repository']),
    name: z.string().optional().describe('Of a namespace or a repository.'),
  }),
  changedAt: timeField.optional(),
  changedBy: z.string().optional().describe('ARN; of what ECR has an API for, the audit trail knows.'),
})

/** @throws {Refusal} `parameter-invalid` for two, `name-invalid` */
export function scopeOf({ namespace, repository }: z.output<typeof scopeQuery>): Scope {
  if (namespace !== undefined && repository !== undefined) {
    throw new Refusal('parameter-invalid', 'Give a namespace or a repository, not both.')
  }
  if (namespace !== undefined) return { kind: 'namespace', path: parseNamespacePath(namespace) }
  if (repository !== undefined) return { kind: 'repository', name: parseRepositoryName(repository) }
  return { kind: 'registry' }
}

export function askedSettings(given: z.output<typeof settingsField>): AskedSetting[] {
  const asked: AskedSetting[] = []
  for (const name of SETTING_NAMES) {
    const one = given[name]
    // The schema has the value that the name stands for; of optional members it says that they may be undefined.
    if (one !== undefined) asked.push({ ...({ name, value: one.value } as Setting), locked: one.locked })
  }
  return asked
}

export function viewSetting(setting: ShownSetting): z.output<typeof settingView> {
  const { name, value, changedAtMs, changedBy } = setting
  return {
    name,
    value,
    locked: setting.locked,
    from: viewScope(setting.scope),
    ...(changedAtMs !== undefined && { changedAt: toTime(changedAtMs) }),
    ...(changedBy !== undefined && { changedBy }),
  }
}

function viewScope(scope: Scope): z.output<typeof settingView>['from'] {
  switch (scope.kind) {
    case 'namespace':
      return { kind: scope.kind, name: scope.path }
    case 'repository':
      return { kind: scope.kind, name: scope.name }
    default:
      return { kind: scope.kind }
  }
}
