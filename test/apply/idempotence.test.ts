import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { applyAll, planApply } from '../../src/cli/apply/apply-all.ts'
import type { DeclaredAt } from '../../src/cli/apply/read-documents.ts'
import { checkDeclared } from '../../src/core/apply/check-declared.ts'
import { readDocument } from '../../src/core/apply/read-document.ts'
import type { JsonValue } from '../../src/core/strict-json.ts'
import { openTestRegistry, type TestRegistry } from '../support/test-registry.ts'
import {
  anyAccount,
  anyProvider,
  anyRegistry,
  anyRepository,
  anyTemplate,
  anyWebhook,
  unlockedNamespace,
} from './random-documents.ts'
import { testApplyServer } from './test-apply-server.ts'

function declare(document: JsonValue): DeclaredAt {
  const declared = readDocument(document)
  checkDeclared(declared)
  return { ...declared, at: 'here' }
}

/** @returns what each thing still lacks */
async function apply(registry: TestRegistry, declared: readonly DeclaredAt[], prune: boolean) {
  const server = testApplyServer(registry)
  const options = { prune, force: false }
  const { stopped } = await applyAll(server, await planApply(server, declared, options))
  expect(stopped?.why).toBeUndefined()
  const again = await planApply(server, declared, options)
  return again.filter(({ difference }) => difference.effect !== 'none').map(({ difference }) => difference)
}

const anyFile = fc.uniqueArray(
  fc.oneof(anyAccount, anyProvider, anyRegistry, anyRepository, anyTemplate, anyWebhook, unlockedNamespace),
  { minLength: 1, maxLength: 6, selector: ({ kind, metadata }) => `${kind} ${metadata.name}` },
)

test('whatever was there before, a file that was applied is found to be as it says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(anyFile, fc.boolean()), { minLength: 1, maxLength: 3 }), async (files) => {
      await using registry = await openTestRegistry()
      for (const [documents, prune] of files) {
        expect(await apply(registry, documents.map(declare), prune)).toEqual([])
      }
    }),
    { numRuns: 60 },
  )
}, 110_000)
