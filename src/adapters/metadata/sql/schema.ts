import type { Generated } from 'kysely'
import type { Digest } from '../../../core/digest.ts'
import type { StorageClass } from '../../../core/lifecycle/lifecycle-image.ts'
import type { RepositoryName } from '../../../core/repository-name.ts'
import type { SettingName } from '../../../core/settings/settings.ts'
import type { Tag } from '../../../core/tag.ts'
import type { TagMutabilityMode } from '../../../core/tag-mutability.ts'
import type { BlobLocation } from '../../../ports/blob-store.ts'
import type { UploadId } from '../../../ports/ids.ts'
import type { Account } from '../../../ports/metadata/accounts.ts'
import type { BlobRecord } from '../../../ports/metadata/blobs.ts'
import type { BlobRemoval, Candidate } from '../../../ports/metadata/collection.ts'
import type { EventKind } from '../../../ports/metadata/event-record.ts'
import type { IdentityKind } from '../../../ports/metadata/identity.ts'
import type { LockTarget } from '../../../ports/metadata/image-locks.ts'
import type { Plan, PlanItem } from '../../../ports/metadata/plans.ts'
import type { TagCause } from '../../../ports/metadata/tags.ts'
import type { Upload } from '../../../ports/metadata/uploads.ts'
import type { Webhook } from '../../../ports/metadata/webhooks.ts'

/**
 * The tables as the newest migration leaves them. Checked text keeps its brand: only what was parsed is ever written.
 * Truth values are 0 and 1, times and sizes integers, structures JSON text, on both engines.
 */
export interface Schema {
  schema_version: { version: number; probes: number }
  installation: { only_row: number; id: string; key_id: string | null }
  registries: RegistryTable
  account_settings: { registry_id: number; name: string; value: string }
  repositories: RepositoryTable
  /** `name` is a tag or a digest, by its kind. */
  image_locks: {
    repository_id: number
    kind: LockTarget['kind']
    name: string
    reason: string
    owner: string
    locked_by: string
    locked_at_ms: number
  }
  plans: PlanTable
  plan_items: PlanItemTable
  resource_tags: { repository_id: number; key: string; value: string }
  /** `body` is the template as JSON. */
  creation_templates: { registry_id: number; prefix: string; body: string }
  /** The bytes of a manifest, once however many repositories hold it. */
  manifest_contents: { digest: Digest; bytes: Uint8Array }
  manifests: ManifestTable
  manifest_children: { repository_id: number; parent: Digest; child: Digest }
  manifest_blobs: { repository_id: number; manifest: Digest; blob: Digest }
  /** A tag is a row with a lifetime: live while `until_ms` is null, history afterwards. */
  tags: TagTable
  blobs: {
    digest: Digest
    size_bytes: number
    location: BlobLocation
    state: BlobRecord['state']
    lease_until_ms: number
    verified_at_ms: number | null
  }
  /** What a repository may see; hidden: only a deleted manifest of it, come back, may see it again. */
  repository_blobs: {
    repository_id: number
    digest: Digest
    hidden: number
    /** Whether its size is in the repository's usage: from when a live manifest refers to it until none does. */
    charged: Generated<number>
  }
  /** `registry_id` is 0 for the installation, `path` empty for it and for a registry; `value` is JSON. */
  scope_settings: {
    registry_id: number
    path: string
    name: SettingName
    value: string
    locked: number
    changed_at_ms: number
    changed_by: string
  }
  repository_settings: {
    repository_id: number
    name: SettingName
    value: string
    changed_at_ms: number
    changed_by: string
  }
  /** The rows of a repository add up to what it holds; several, so that pushes into it do not wait for each other. */
  repository_usage: { repository_id: number; shard: number; images: number; bytes: number }
  /** What is left of a quota, below zero when more is used: the sum of its shares. Of a repository, `path` is `#` and its number. */
  quota_shares: { registry_id: number; path: string; shard: number; bytes: number; images: number }
  uploads: {
    id: UploadId
    repository_id: number
    principal: string
    surface: Upload['surface']
    started_at_ms: number
    expires_at_ms: number
  }
  /** `repository_id` is 0 for a blob looked at on its own, `digest` empty for a repository. */
  candidates: { kind: Candidate['kind']; repository_id: number; digest: Digest; due_at_ms: number }
  removals: {
    location: BlobLocation
    digest: Digest
    size_bytes: number
    due_at_ms: number
    why: BlobRemoval['why']
  }
  events: EventTable
  /** One row: how far events have their places. */
  event_heads: { only_row: number; sequence: number }
  webhooks: WebhookTable
  /** `repository_id` is 0 for what is no repository's. */
  deliveries: {
    webhook_id: number
    repository_id: number
    sequence: number
    state: 'pending' | 'dead'
    attempts: number
    last_error: string | null
  }
  /** There is one where something is pending. Leased, it is due when the lease ends. */
  delivery_lines: { webhook_id: number; repository_id: number; due_at_ms: number; lease_id: string | null }
  audit_records: AuditTable
  /** How far each account's records are sealed. */
  audit_chains: { account_id: string; sequence: number; hash: string }
  audit_checkpoints: {
    account_id: string
    sequence: number
    hash: string
    at_ms: number
    installation: string
    key_id: string
    signature: string
  }
  accounts: { account_id: string; name: string; state: Account['state']; created_at_ms: number }
  identity_epochs: { account_id: string; epoch: number }
  identities: IdentityTable
  identity_edges: IdentityEdgeTable
  key_uses: { access_key_id: string; at_ms: number; service: string; region: string }
  role_uses: { role_id: string; at_ms: number; region: string }
  /** SQLite only: one row that triggers keep. */
  usage_counters: { blobs: number; blob_bytes: number; manifests: number }
}

/** Group ids for `member`, ARNs of managed policies for the others. */
export type EdgeKind = 'member' | 'attached' | 'boundary'

/** `body` is the whole document as JSON; the other columns are what it is found by. */
interface IdentityTable {
  id: string
  account_id: string
  kind: IdentityKind
  /** In lower case, as names that differ only in case are the same; an access key has its id. */
  name_key: string
  path: string
  /** Of access keys only. */
  owner_id: string | null
  created_at_ms: number
  body: string
}

/** What an identity refers to; kind and name are its own, so that a list of those who refer to something is in order. */
interface IdentityEdgeTable {
  account_id: string
  from_id: string
  kind: IdentityKind
  name_key: string
  edge: EdgeKind
  target: string
}

interface RegistryTable {
  id: Generated<number>
  account_id: string
  region: string
  created_at_ms: number
  policy_text: Generated<string | null>
  /** As `RepositoryTable` has them. */
  policy_revision: Generated<number | null>
  policy_revisions_made: Generated<number>
}

interface TagTable {
  id: Generated<number>
  repository_id: number
  tag: Tag
  digest: Digest
  from_ms: number
  until_ms: number | null
  set_at_ms: number
  /** Who began and who ended it: an ARN, null where it was the server itself or is not known. */
  from_by: string | null
  from_cause: TagCause | null
  from_plan: string | null
  until_by: string | null
  until_cause: TagCause | null
  until_plan: string | null
}

/** `body` is the rest of the plan as JSON. */
interface PlanTable {
  id: string
  registry_id: number
  repository_id: number
  kind: Plan['kind']
  state: Plan['state']
  created_at_ms: number
  undo_until_ms: number | null
  body: string
}

interface PlanItemTable {
  plan_id: string
  position: number
  digest: Digest
  action: PlanItem['action']
  is_tagged: number
  outcome: PlanItem['outcome']
  body: string
}

/** Who and where are null for what the server does by itself; `detail` is JSON. */
interface EventTable {
  id: Generated<number>
  kind: EventKind
  at_ms: number
  registry_id: number | null
  repository_id: number | null
  repository_name: string | null
  principal: string | null
  detail: string
  /** Null, as is the next one, until it has its place. */
  sequence: number | null
  /** The registry whose subscribers are told. */
  audience_id: number | null
}

/** `pattern` is JSON text, as it was put. */
interface WebhookTable {
  id: Generated<number>
  registry_id: number
  name: string
  url: string
  format: Webhook['format']
  pattern: string | null
  sealed_secret: string
  previous_secret: string | null
  /** Null with the one above. */
  previous_until_ms: number | null
  state: Webhook['state']
  created_at_ms: number
  cursor_sequence: number
}

/** `body` is the record in canonical JSON, and the columns are what it is found by. */
interface AuditTable {
  id: Generated<number>
  account_id: string
  at_ms: number
  event_id: string
  event_name: string
  event_source: string
  username: string | null
  access_key_id: string | null
  read_only: number
  resource_type: string | null
  resource_name: string | null
  body: string
  /** Null, as is the hash, until it is sealed. */
  sequence: number | null
  hash: string | null
}

interface RepositoryTable {
  id: Generated<number>
  registry_id: number
  name: RepositoryName
  created_at_ms: number
  /** Null, as are the next two, where nobody has chosen: it is then inherited, or the default. */
  mutability_mode: TagMutabilityMode | null
  mutability_filters: string | null
  scan_on_push: number | null
  encryption_type: string
  encryption_key: string | null
  policy_text: string | null
  lifecycle_policy_text: string | null
  /** Null while it is live. Everything it held stays until `is_purging` is set; before that it could be brought back. */
  deleted_at_ms: number | null
  is_purging: number
  /** Null without a policy. */
  policy_revision: number | null
  /** Never goes down, so that no revision is used twice. */
  policy_revisions_made: number
  lock_count: Generated<number>
  lifecycle_evaluated_at_ms: number | null
  /** Goes up with every lifecycle policy that is put or taken away. */
  lifecycle_revision: Generated<number>
}

interface ManifestTable {
  repository_id: number
  digest: Digest
  media_type: string
  artifact_type: string | null
  config_media_type: string | null
  subject: Digest | null
  size_bytes: number
  image_size_bytes: number
  annotations: string | null
  pushed_at_ms: number
  last_pulled_at_ms: number | null
  deleted_at_ms: number | null
  /** Live tags on it, so that untagged manifests are found through an index. */
  tag_count: number
  storage_class: Generated<StorageClass>
  archived_at_ms: number | null
  restored_at_ms: number | null
  /** Null while it has a tag, and when it never had one. */
  untagged_at_ms: number | null
  /** The plan that deleted it, so that the plan's undo brings back this and nothing else. */
  deleted_by_plan: string | null
}

/** The tables whose rows belong to a repository. */
export type TableOfRepository = {
  [Table in keyof Schema]: 'repository_id' extends keyof Schema[Table] ? Table : never
}[keyof Schema]
