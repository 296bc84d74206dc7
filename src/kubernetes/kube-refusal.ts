const LONGEST_MESSAGE = 500

/** The API's own answer to something that it refuses (a `Status` object), as its administrator would read it. */
export class KubeRefusal extends Error {
  override readonly name = 'KubeRefusal'
  readonly status: number

  private constructor(status: number, message: string) {
    super(message)
    this.status = status
  }

  /** @param text the body of the answer, which may be anything: a proxy may have spoken instead of the API */
  static of(status: number, text: string): KubeRefusal {
    const message = messageIn(text) ?? text
    return new KubeRefusal(status, `the Kubernetes API answers ${status}: ${message.slice(0, LONGEST_MESSAGE)}`)
  }
}

function messageIn(text: string): string | undefined {
  try {
    const { message } = JSON.parse(text)
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}
