import type { RefusalReason } from '../../core/refusal.ts'
import { IAM_TABLE } from '../iam/table.ts'
import { STS_TABLE } from '../sts/table.ts'
import type { QueryAction } from './define-action.ts'
import { type ErrorShape, IAM_ERRORS } from './errors.ts'

/** An API of AWS's query protocol, by the service that requests are signed for. */
export interface QueryApi {
  readonly service: 'sts' | 'iam'
  /** What `Version` may say. */
  readonly version: string
  readonly namespace: string
  readonly table: Readonly<Record<string, QueryAction>>
  /** Where its errors differ from those that both have. */
  readonly errors: Partial<Record<RefusalReason, ErrorShape>>
}

export const STS: QueryApi = {
  service: 'sts',
  version: '2011-06-15',
  namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
  table: STS_TABLE,
  errors: {},
}
export const IAM: QueryApi = {
  service: 'iam',
  version: '2010-05-08',
  namespace: 'https://iam.amazonaws.com/doc/2010-05-08/',
  table: IAM_TABLE,
  errors: IAM_ERRORS,
}

export function queryApiOf(service: string): QueryApi {
  return service === 'iam' ? IAM : STS
}

/** The row of an operation; undefined for what has none. */
export function actionOf(api: QueryApi, operation: string): QueryAction | undefined {
  return Object.hasOwn(api.table, operation) ? api.table[operation] : undefined
}
