import { expect, test } from 'bun:test'
import { unknownPartOf } from '../core/policy/catalogue/known-actions.ts'
import { ECR_TABLE, unavailableOperations } from './ecr/table.ts'
import { IAM_TABLE } from './iam/table.ts'
import { MANAGE_TABLE } from './manage/table.ts'
import { STS_TABLE } from './sts/table.ts'

const unknown = (actions: readonly string[]) => actions.filter((action) => unknownPartOf(action) !== undefined)
const named = (service: string, table: object) => Object.keys(table).map((operation) => `${service}:${operation}`)

test('a policy that names what an operation takes is not told that there is no such action', () => {
  expect(unknown(Object.values(MANAGE_TABLE).map(({ action }) => action))).toEqual([])
  expect(unknown([...named('iam', IAM_TABLE), ...named('sts', STS_TABLE)])).toEqual([])
  const unavailable = unavailableOperations().map((operation) => `ecr:${operation}`)
  const available = named('ecr', ECR_TABLE).filter((action) => !unavailable.includes(action))
  // Referrers are asked for as images are: AWS has no action of the operation's name.
  expect(unknown(available)).toEqual(['ecr:ListImageReferrers'])
})
