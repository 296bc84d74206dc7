/** No connection came about, so another address of the host may do. */
export const NOT_REACHED = 'host could not be reached'

/** Why a document was not got. */
export class FenceError extends Error {
  override readonly name = 'FenceError'
  /** The end of a sentence that anybody may read; what comes beside it in the message is for the log. */
  readonly publicReason: string

  constructor(publicReason: string, detail: string, options?: ErrorOptions) {
    super(`${publicReason}: ${detail}`, options)
    this.publicReason = publicReason
  }
}

/** What would have been fit if the settings named the host. */
export class UntrustedHostError extends FenceError {}
