import { expect, test } from 'bun:test'
import { ANONYMOUS, openTestRegistry } from '../../../test/support/test-registry.ts'
import type { Action } from '../../services/authorize.ts'
import { defineIamAction, type QueryCall, type Resource } from './define-action.ts'
import { Inputs } from './inputs.ts'

const OWN = 'arn:aws:iam::000000000000:user/bob'
const FOREIGN = 'arn:aws:iam::999999999999:user/bob'
/** What nobody in particular may do. */
const OPEN: Action = 'ecr:BatchGetImage'

async function run(call: QueryCall, needs: readonly Action[], resource: Resource | readonly Resource[]) {
  const action = defineIamAction('DeleteUser', {
    changes: true,
    needs,
    parse: () => undefined,
    resource: () => resource,
    handle: async () => undefined,
  })
  return await action.run(call, new Inputs(new Map())).then(
    () => 'done',
    (error: Error) => error.message,
  )
}

test('an operation takes every permission that it needs', async () => {
  await using registry = await openTestRegistry()
  const caller = { ...registry.caller, principal: ANONYMOUS }
  const call = { services: registry.services, caller, notePolicyFindings: () => {} }
  expect(await run(call, [OPEN], '*')).toBe('done')
  expect(await run(call, [OPEN, 'iam:TagUser'], '*')).toContain('perform: iam:TagUser on resource: *')
  expect(await run(call, ['iam:TagUser', OPEN], '*')).toContain('perform: iam:TagUser on resource: *')
})

test('an operation takes permission on all that it acts on, and names it as the caller did', async () => {
  await using registry = await openTestRegistry()
  const { services, caller } = registry
  const call = { services, caller, notePolicyFindings: () => {} }
  expect(await run(call, ['iam:DeleteUser'], [OWN, OWN])).toBe('done')
  expect(await run(call, ['iam:DeleteUser'], [OWN, FOREIGN])).toContain(`on resource: ${FOREIGN}`)
  const named = { arn: FOREIGN, named: 'as it was given', tags: [{ key: 'a', value: 'b' }] }
  expect(await run(call, ['iam:DeleteUser'], named)).toContain('on resource: as it was given because')
})
