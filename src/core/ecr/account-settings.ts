import { invalidParameter } from './invalid-parameter.ts'

/** What each setting may be, its default first (ecr.md 1.2). Unlike ECR's, our blob mounting is on by default. */
const SETTINGS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  BASIC_SCAN_TYPE_VERSION: ['AWS_NATIVE'],
  REGISTRY_POLICY_SCOPE: ['V2'],
  BLOB_MOUNTING: ['ENABLED', 'DISABLED'],
}

/** @throws {Refusal} `parameter-invalid` for a name that is no setting */
export function defaultAccountSetting(name: string): string {
  return valuesOf(name)[0]
}

/** @throws {Refusal} `parameter-invalid` */
export function checkAccountSetting(name: string, value: string): void {
  const values = valuesOf(name)
  if (!values.includes(value)) {
    throw invalidParameter('value', `Member must satisfy enum value set: [${values.join(', ')}]`)
  }
}

function valuesOf(name: string): readonly [string, ...string[]] {
  const values = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined
  if (values !== undefined) return values
  throw invalidParameter('name', `Member must satisfy enum value set: [${Object.keys(SETTINGS).join(', ')}]`)
}
