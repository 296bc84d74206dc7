import { expect, test } from 'bun:test'
import { ANONYMOUS, openTestRegistry } from '../../../test/support/test-registry.ts'
import { type Principal, rootPrincipal } from '../../core/principal.ts'
import { toTree } from './parameters.ts'
import { IAM, STS } from './query-api.ts'
import { runAction } from './run-action.ts'

/** Input that every operation accepts, so that only who asks can be the reason for a "no". */
const INPUT: readonly (readonly [name: string, value: string])[] = []

/** Needs no permission at all. */
const FREE = ['GetCallerIdentity']

const STRANGERS: readonly [string, Principal][] = [
  ['nobody', ANONYMOUS],
  ['the root user of another account', rootPrincipal('999999999999', 'AKIAOTHER')],
]

test.each(STRANGERS)('no operation does anything for %s', async (_, principal) => {
  await using registry = await openTestRegistry()
  const call = { services: registry.services, caller: { ...registry.caller, principal }, notePolicyFindings: () => {} }
  let changes = 0
  const { metadata } = registry.services
  // Counts, and passes on: what is refused must not even begin to write.
  const transact = metadata.transact.bind(metadata)
  metadata.transact = (work) => {
    changes++
    return transact(work)
  }
  for (const api of [STS, IAM]) {
    for (const action of Object.values(api.table)) {
      if (action.isUnsigned || FREE.includes(action.operation)) continue
      const parameters = toTree(INPUT)
      const ended = runAction(api, action, { call, parameters })
      await expect(ended.then(() => action.operation)).rejects.toMatchObject({ reason: 'denied' })
    }
  }
  expect(changes).toBe(0)
})
