import { type AwsSignOptions, sendAws } from './aws-requests.ts'
import type { TestRegistry } from './test-registry.ts'

export interface QueryAnswer {
  readonly status: number
  readonly xml: string
  /** The text of the first element of this name; fails when there is none. */
  readonly text: (name: string) => string
}

const VERSIONS = { sts: '2011-06-15', iam: '2010-05-08' }

/** Calls an operation of STS or IAM with a form. */
export async function callQuery(
  registry: TestRegistry,
  service: 'sts' | 'iam',
  parameters: Readonly<Record<string, string>>,
  options: AwsSignOptions = {},
): Promise<QueryAnswer> {
  const body = new URLSearchParams({ Version: VERSIONS[service], ...parameters }).toString()
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
  const response = await sendAws(registry, { headers, body }, { service, ...options })
  const xml = await response.text()
  const text = (name: string): string => {
    const found = xml.split(`<${name}>`)[1]?.split(`</${name}>`)[0]
    if (found === undefined) throw new Error(`no ${name} in ${xml}`)
    return found
  }
  return { status: response.status, xml, text }
}

/** The temporary credential that an answer of STS holds, as requests are signed with it. */
export function credentialOf(
  answer: QueryAnswer,
): Required<Pick<AwsSignOptions, 'accessKeyId' | 'secret' | 'sessionToken'>> {
  return {
    accessKeyId: answer.text('AccessKeyId'),
    secret: answer.text('SecretAccessKey'),
    sessionToken: answer.text('SessionToken'),
  }
}
