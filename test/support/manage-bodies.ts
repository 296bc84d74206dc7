import type { ManageOperation } from '../../src/api/manage/operations.ts'
import { FOUNDING_POLICY } from '../lifecycle/world.ts'

/** A body that each operation takes, so that only who asks can be the reason for a "no". One that has none takes none. */
export const MANAGE_BODIES: { readonly [Operation in ManageOperation]?: object } = {
  CreateAccount: { accountId: '555555555555', name: 'Team' },
  CreatePlan: {},
  CreateRepository: { name: 'made/app' },
  DiffLifecycle: { new: JSON.parse(FOUNDING_POLICY) },
  DropDeadLetters: {},
  ExplainLifecycle: { reference: 'v1' },
  LockImage: { reason: 'it runs in production', owner: 'team blue' },
  PutInstallationSettings: { settings: { scanOnPush: { value: true } } },
  PutLifecyclePolicy: { policy: JSON.parse(FOUNDING_POLICY) },
  PutOidcProvider: { issuer: 'https://issuer.example.com', clientIds: ['lading'] },
  PutSettings: { settings: { scanOnPush: { value: true } } },
  PutWebhook: { url: 'https://hooks.example.com/lading' },
  ReplayDeadLetters: {},
  RollBackTag: { to: '2026-08-01T00:00Z' },
  RotateWebhookSecret: {},
  TagResource: { resourceTags: [{ key: 'team', value: 'blue' }] },
  UpdateAccount: { state: 'disabled' },
  ValidatePolicy: { text: '{}', kind: 'identity' },
  WeighDeletion: { delete: 'repository' },
}
