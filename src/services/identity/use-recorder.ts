import type { AuthenticatedPrincipal } from '../../core/principal.ts'
import type { Clock } from '../../ports/clock.ts'
import type { IdentityTransactions, KeyUse } from '../../ports/metadata/identity.ts'
import type { MetadataStore } from '../../ports/metadata-store.ts'
import { RecentUses } from './recent-uses.ts'

type OneKeyUse = KeyUse & { readonly accessKeyId: string }
type OneRoleUse = Parameters<IdentityTransactions['recordRoleUses']>[0][number]

/**
 * Remembers when access keys and roles were last used and writes it in bulk, so that no request waits for a write. The
 * times are exact to a minute, and of several services within it the first is told. What has not been written when the
 * process dies is lost: the time is advice, not a record.
 */
export class UseRecorder {
  readonly #keys = new RecentUses<OneKeyUse>(({ accessKeyId }) => accessKeyId)
  readonly #roles = new RecentUses<OneRoleUse>(({ roleId }) => roleId)
  readonly #metadata: MetadataStore
  readonly #clock: Clock
  readonly #region: string

  constructor(services: { metadata: MetadataStore; clock: Clock }, region: string) {
    this.#metadata = services.metadata
    this.#clock = services.clock
    this.#region = region
  }

  /**
   * Called when a credential has been verified. A session of a user or of root was made with a key and is none: like
   * IAM, it counts for neither.
   *
   * @param service as credential scopes name it
   */
  note(principal: AuthenticatedPrincipal, service: string): void {
    const atMs = this.#clock.nowMs()
    const region = this.#region
    if (principal.kind === 'role-session') this.#roles.note({ roleId: principal.roleId, atMs, region })
    else if (principal.session === undefined) {
      this.#keys.note({ accessKeyId: principal.accessKeyId, atMs, service, region })
    }
  }

  /** Writes what is pending; called every few seconds and at a graceful stop. What cannot be written waits for the next. */
  async flush(): Promise<void> {
    const [keys, roles] = [this.#keys.take(), this.#roles.take()]
    if (keys.length + roles.length === 0) return
    try {
      await this.#metadata.transact(async (transaction) => {
        await transaction.recordKeyUses(keys)
        await transaction.recordRoleUses(roles)
      })
    } catch (error) {
      this.#keys.putBack(keys)
      this.#roles.putBack(roles)
      throw error
    }
  }
}
