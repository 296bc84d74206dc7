import { checkResourceTags } from '../ecr/resource-tags.ts'
import { compileEventPattern } from '../events/event-pattern.ts'
import { checkIssuerUrl } from '../iam/oidc-provider-url.ts'
import { parseLifecyclePolicy } from '../lifecycle/parse-lifecycle-policy.ts'
import { parseUploadedKeys } from '../oidc/key-set.ts'
import { parsePolicy } from '../policy/parse-policy.ts'
import { Refusal } from '../refusal.ts'
import { checkTagRules } from '../settings/check-policy-texts.ts'
import { isJsonObject, type JsonValue } from '../strict-json.ts'
import { type Declared, nameIn } from './declared.ts'
import { invalidAt, type Path } from './place.ts'

type Check = (value: JsonValue) => unknown

const asText =
  (check: (text: string) => unknown): Check =>
  (value) =>
    check(JSON.stringify(value))

const lifecyclePolicy = asText(parseLifecyclePolicy)
const repositoryPolicy = asText((text) => parsePolicy(text, 'repository'))

/** What the server's own parsers say of a part. */
const CHECKS: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['settings.lifecyclePolicy', lifecyclePolicy],
  ['settings.repositoryPolicy', repositoryPolicy],
  ['settings.tagRules', (value) => isJsonObject(value) && checkTagRules(value)],
  ['policy', asText((text) => parsePolicy(text, 'registry'))],
  ['lifecyclePolicy', lifecyclePolicy],
  ['repositoryPolicy', repositoryPolicy],
  ['pattern', asText(compileEventPattern)],
  ['keys', asText(parseUploadedKeys)],
  ['issuer', (value) => checkIssuerUrl(String(value))],
])

/**
 * Finds before anything is sent what no schema can say: that policies, patterns and keys are good ones, and that keys of
 * tags differ by more than case. Principals of policies are for the server to find.
 *
 * @throws {Refusal} `parameter-invalid`, as `readDocument` has it
 */
export function checkDeclared({ parts }: Declared): void {
  for (const [part, value] of parts) {
    const check = CHECKS.get(part)
    if (check !== undefined) checkAt(['spec', ...part.split('.')], () => check(value))
  }
  const tags = [...parts].flatMap(([part, value]) => {
    const key = nameIn('tags', part)
    return key === undefined ? [] : [{ key, value: String(value) }]
  })
  checkAt(['spec', 'tags'], () => checkResourceTags(tags))
}

function checkAt(path: Path, check: () => unknown): void {
  try {
    check()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw invalidAt(path, error.message)
  }
}
