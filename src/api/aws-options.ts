/** What AWS's APIs need to know of the installation. */
export interface AwsOptions {
  /** Our version, for sentences about what is not there yet. */
  readonly version: string
  /** The scheme and host that clients use, when a proxy hides them from us; without a slash at the end. */
  readonly externalUrl?: string | undefined
}
