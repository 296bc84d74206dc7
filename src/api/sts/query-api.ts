/** An API of AWS's query protocol, by the service that requests are signed for. */
export interface QueryApi {
  readonly service: 'sts' | 'iam'
  readonly namespace: string
}

const STS: QueryApi = { service: 'sts', namespace: 'https://sts.amazonaws.com/doc/2011-06-15/' }
const IAM: QueryApi = { service: 'iam', namespace: 'https://iam.amazonaws.com/doc/2010-05-08/' }

export function queryApiOf(service: string): QueryApi {
  return service === 'iam' ? IAM : STS
}
