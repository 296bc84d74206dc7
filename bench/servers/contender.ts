/** A server under test, once it answers. */
export interface RunningServer {
  readonly pid: number
  /** `http://127.0.0.1:<port>`, no slash at the end. */
  readonly baseUrl: string
  /** The Authorization header that its clients send, if it asks for one. */
  readonly authorization: string | undefined
  /** From the start of the process to the first good answer. */
  readonly startSeconds: number
  stop(): Promise<void>
}

export interface StartOptions {
  /** Where it may write; fresh unless a workload has laid data into it. */
  readonly folder: string
  /** The command words that pin it to its processor, before its own; empty when it is not pinned. */
  readonly pin: readonly string[]
  /** Answers 200 once the server does what it is for. */
  readonly readyPath: string
}

/** One kind of server: how to find it on this machine and how to start it. */
export interface Contender {
  readonly name: string
  /** What the table says of it: version and how it is set up. Undefined when it is not installed. */
  describe(): Promise<string | undefined>
  start(options: StartOptions): Promise<RunningServer>
  /** nginx only serves files: it is the limit of reads and takes no part in anything else. */
  readonly kind: 'ours' | 'registry' | 'files'
}
