/** A server as a client sees it. */
export interface Target {
  readonly baseUrl: string
  readonly authorization: string | undefined
}

/** What the load client is told to do, as JSON on its standard input. Content is made and hashed before the clock starts. */
export type Job =
  /** Blobs one after another, all of the same size and each of its own content. */
  | {
      readonly kind: 'push-blobs'
      readonly target: Target
      readonly repository: string
      readonly seed: string
      readonly blobBytes: number
      readonly count: number
      readonly how: 'monolithic' | 'chunked'
    }
  /** Files, all at once, each by POST and PUT. */
  | { readonly kind: 'push-files'; readonly target: Target; readonly repository: string; readonly files: BlobFile[] }
  /** Images of one layer, a config and a manifest, from several clients to one repository, each with a tag of its own. */
  | {
      readonly kind: 'push-images'
      readonly target: Target
      readonly repository: string
      readonly seed: string
      readonly clients: number
      readonly images: number
      readonly layerBytes: number
    }
  /** Every fourth operation of every client pushes an image, the others pull one of those that are there. */
  | {
      readonly kind: 'mixed'
      readonly target: Target
      readonly repository: string
      readonly seed: string
      readonly clients: number
      readonly seconds: number
      readonly layerBytes: number
    }
  /** HEAD requests on several connections for a while; wrk cannot do it: it waits for the body. */
  | {
      readonly kind: 'heads'
      readonly target: Target
      readonly path: string
      readonly connections: number
      readonly seconds: number
    }
  /** One GET whose body is read from the socket and dropped. */
  | { readonly kind: 'download'; readonly target: Target; readonly path: string }
  /** Pages of a list, each asked for with what the one before it gave, for at most `pages` or `seconds`. */
  | {
      readonly kind: 'pages'
      readonly target: Target
      readonly first: PageRequest
      readonly pages: number
      readonly seconds: number
    }

export interface BlobFile {
  readonly path: string
  readonly digest: string
}

/** A list by GET with `Link`, or by ECR's DescribeImages with `nextToken`. */
export type PageRequest =
  | { readonly how: 'link'; readonly path: string }
  | {
      readonly how: 'describe-images'
      readonly repository: string
      readonly key: { readonly accessKeyId: string; readonly secretAccessKey: string }
    }

/** What came of it: how many units in how many seconds, and each operation's time where that is asked for. */
export interface JobResult {
  readonly seconds: number
  readonly done: number
  readonly bytes: number
  readonly latenciesMs: Readonly<Record<string, readonly number[]>>
}
