/** A descriptor inside a manifest (image-spec, descriptor.md), checked. */
export interface Descriptor {
  readonly mediaType: string
  /** Fits the digest grammar; an algorithm that cannot be pushed here is possible, and then nothing here ever equals it. */
  readonly digest: string
  readonly sizeBytes: number
  readonly urls: readonly string[] | undefined
  readonly artifactType: string | undefined
  readonly annotations: Readonly<Record<string, string>> | undefined
  readonly platform: Platform | undefined
}

export interface Platform {
  readonly architecture: string | undefined
  readonly os: string | undefined
  readonly osVersion: string | undefined
  readonly variant: string | undefined
}
