import { type CheckpointSigner, checkpointSigner } from '../../core/audit/checkpoint.ts'
import type { InstallationKeys } from '../identity/installation-keys.ts'

/** Signs checkpoints with the installation's newest key; whoever verifies needs the public keys of all that have signed. */
export function auditSigner(keys: InstallationKeys): CheckpointSigner {
  return checkpointSigner(keys.current('audit').key)
}

/** One for each key that the installation has, the newest first. */
export function auditSigners(keys: InstallationKeys): CheckpointSigner[] {
  return keys.all('audit').map(({ key }) => checkpointSigner(key))
}
