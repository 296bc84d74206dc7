import type { TagMutability } from '../../core/tag-mutability.ts'
import type { Page } from './page.ts'
import type { ResourceTag } from './repositories.ts'

export interface CreationTemplate {
  /** Without a trailing slash, or `ROOT`. */
  readonly prefix: string
  readonly description?: string
  readonly appliedFor: readonly ('REPLICATION' | 'PULL_THROUGH_CACHE' | 'CREATE_ON_PUSH')[]
  readonly tagMutability?: TagMutability
  readonly encryption?: { readonly type: string; readonly kmsKey?: string }
  readonly resourceTags: readonly ResourceTag[]
  readonly repositoryPolicyText?: string
  readonly lifecyclePolicyText?: string
  readonly customRoleArn?: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

export interface CreationTemplateReads {
  /** By this very prefix: which template shapes a name is the caller's to find. */
  findCreationTemplate(registryId: number, prefix: string): Promise<CreationTemplate | undefined>
  /** In byte order of their prefixes. */
  listCreationTemplates(registryId: number, page: Page): Promise<CreationTemplate[]>
}

export interface CreationTemplateChanges {
  /** Inserts or replaces by prefix. */
  putCreationTemplate(registryId: number, template: CreationTemplate): Promise<void>
  /** No error when there is none. */
  deleteCreationTemplate(registryId: number, prefix: string): Promise<void>
}
