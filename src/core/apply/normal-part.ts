import { parseUploadedKeys } from '../oidc/key-set.ts'
import { Refusal } from '../refusal.ts'
import { isJsonList, isJsonObject, type JsonObject, type JsonValue } from '../strict-json.ts'
import type { ApplyKind } from './apply-kind.ts'
import { nameIn } from './declared.ts'
import { inByteOrder, normalPolicy } from './normal-policy.ts'

const MUTABLE: JsonValue = { mode: 'MUTABLE', exclusionFilters: [] }

/** What parts are when nothing is said of them; of those that are not here, absent is a state of its own. */
const DEFAULTS: Readonly<Partial<Record<ApplyKind, Readonly<Record<string, JsonValue>>>>> = {
  Account: { name: '', state: 'enabled' },
  OidcProvider: { claimTags: [] },
  Webhook: { format: 'cloudevents', state: 'enabled' },
  Registry: {
    'accountSettings.BASIC_SCAN_TYPE_VERSION': 'AWS_NATIVE',
    'accountSettings.REGISTRY_POLICY_SCOPE': 'V2',
    'accountSettings.BLOB_MOUNTING': 'ENABLED',
  },
  CreationTemplate: { description: '', tagMutability: MUTABLE },
}

export function defaultOf(kind: ApplyKind, part: string): JsonValue | undefined {
  // A lock is on or off, whichever scope has it.
  if (nameIn('locked', part) !== undefined) return false
  const defaults = DEFAULTS[kind]
  return defaults !== undefined && Object.hasOwn(defaults, part) ? defaults[part] : undefined
}

/** A part in one of the spellings that mean the same. For comparing and for showing what differs, not for sending. */
export function normalPart(part: string, value: JsonValue): JsonValue {
  switch (part) {
    case 'policy':
    case 'repositoryPolicy':
    case 'settings.repositoryPolicy':
      return normalPolicy(value)
    case 'tagMutability':
    case 'settings.tagMutability':
      return normalMutability(value)
    case 'clientIds':
    case 'claimTags':
    case 'appliedFor':
      return isJsonList(value) ? inByteOrder(value) : value
    case 'keys':
      return normalKeys(value)
    default:
      return value
  }
}

function normalMutability(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return value
  const { exclusionFilters = [] } = value
  return { ...value, exclusionFilters: isJsonList(exclusionFilters) ? inByteOrder(exclusionFilters) : exclusionFilters }
}

/** Public members alone, as a server keeps them. */
function normalKeys(value: JsonValue): JsonValue {
  try {
    // What it gives is made of the members of JSON that it was given.
    const keys = parseUploadedKeys(JSON.stringify(value)) as JsonObject[]
    return inByteOrder(keys)
  } catch (error) {
    if (error instanceof Refusal) return value
    throw error
  }
}
