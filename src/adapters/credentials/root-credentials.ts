import { rootPrincipal } from '../../core/principal.ts'
import type { AccessKey, Credentials } from '../../ports/credentials.ts'
import type { RootKey } from './root-key-file.ts'

/** The root key of the installation: the only access key until there are users. */
export class RootCredentials implements Credentials {
  readonly #key: AccessKey

  constructor(accountId: string, key: RootKey) {
    const { accessKeyId, secretAccessKey } = key
    this.#key = { accessKeyId, secretAccessKey, principal: rootPrincipal(accountId, accessKeyId) }
  }

  async find(accessKeyId: string): Promise<AccessKey | undefined> {
    return accessKeyId === this.#key.accessKeyId ? this.#key : undefined
  }
}
