import type { JsonValue } from '../strict-json.ts'
import type { ApplyKind } from './apply-kind.ts'
import type { Place, Read } from './place.ts'
import { readSettings, readTagMutability } from './read-settings.ts'
import { readTags } from './read-tags.ts'
import { choiceOf, listOf, Members, readObject, textLike } from './read-value.ts'

type PartList = readonly (readonly [string, JsonValue])[]
type ReadSpec = (place: Place) => PartList

const visibleText = textLike(/^\P{C}{0,128}$/u, 'at most 128 characters, none of them invisible')
const description = textLike(/^[^\0\ud800-\udfff]{0,256}$/u, 'a text of at most 256 characters')
const anyText = textLike(/^[^\0\ud800-\udfff]{1,255}$/u, 'a text of 1 to 255 characters')
const webhookUrl = textLike(
  /^[!-~]{1,2048}$/,
  'an address of at most 2048 characters, such as https://hooks.example.com',
)
const issuerUrl = textLike(/^[!-~]{1,255}$/, 'an address of at most 255 characters, such as https://issuer.example.com')
const cluster = textLike(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, '1 to 100 letters, digits, - or _')
const tagKey = textLike(
  /^(?![aA][wW][sS]:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u,
  '1 to 128 letters, digits, spaces or _.:/=+-@',
)

const readClaimTag: Read<JsonValue> = (place) => {
  const members = new Members(place, ['tagKey', 'claim'])
  return { tagKey: members.required('tagKey', tagKey), claim: members.required('claim', anyText) }
}

/** A member for each part, which has its name; those of `needed` must be there. */
function plainSpec(reads: Readonly<Record<string, Read<JsonValue>>>, needed: readonly string[] = []): ReadSpec {
  return (place) => {
    const members = new Members(place, Object.keys(reads))
    return Object.entries(reads).flatMap(([name, read]): [string, JsonValue][] => {
      const value = needed.includes(name) ? members.required(name, read) : members.optional(name, read)
      return value === undefined ? [] : [[name, value]]
    })
  }
}

const readAccount = plainSpec({ name: visibleText, state: choiceOf(['enabled', 'disabled']) })

const readProvider = plainSpec(
  {
    issuer: issuerUrl,
    clientIds: listOf(anyText, { least: 1, most: 100, isSet: true }),
    keys: listOf(readObject, { least: 1, most: 20 }),
    kubernetesCluster: cluster,
    claimTags: listOf(readClaimTag, { most: 50 }),
  },
  ['issuer', 'clientIds'],
)

const readWebhook = plainSpec(
  {
    url: webhookUrl,
    format: choiceOf(['cloudevents', 'eventbridge']),
    pattern: readObject,
    state: choiceOf(['enabled', 'disabled']),
  },
  ['url'],
)

const readAccountSettings = plainSpec({
  BASIC_SCAN_TYPE_VERSION: choiceOf(['AWS_NATIVE']),
  REGISTRY_POLICY_SCOPE: choiceOf(['V2']),
  BLOB_MOUNTING: choiceOf(['ENABLED', 'DISABLED']),
})

const readRegistry: ReadSpec = (place) => {
  const members = new Members(place, ['settings', 'locked', 'policy', 'accountSettings'])
  const policy = members.optional('policy', readObject)
  const ofAccount = members.optional('accountSettings', readAccountSettings) ?? []
  return [
    ...readSettings(members.place('settings'), members.place('locked')),
    ...(policy === undefined ? [] : [['policy', policy] as const]),
    ...ofAccount.map(([name, value]) => [`accountSettings.${name}`, value] as const),
  ]
}

const readNamespace: ReadSpec = (place) => {
  const members = new Members(place, ['settings', 'locked'])
  return readSettings(members.place('settings'), members.place('locked'))
}

const readRepository: ReadSpec = (place) => {
  const members = new Members(place, ['settings', 'tags'])
  return [...readSettings(members.place('settings'), undefined), ...(members.optional('tags', readTags) ?? [])]
}

const readPlainTemplate = {
  description,
  appliedFor: listOf(choiceOf(['CREATE_ON_PUSH', 'PULL_THROUGH_CACHE', 'REPLICATION']), {
    least: 1,
    most: 3,
    isSet: true,
  }),
  tagMutability: readTagMutability,
  repositoryPolicy: readObject,
  lifecyclePolicy: readObject,
}

const readTemplate: ReadSpec = (place) => {
  const { tags, ...rest } = readObject(place)
  const plain = plainSpec(readPlainTemplate, ['appliedFor'])({ ...place, value: rest })
  return tags === undefined ? plain : [...plain, ...readTags({ value: tags, path: [...place.path, 'tags'] })]
}

/** By kind, what a `spec` says. */
export const READ_SPEC: Readonly<Record<ApplyKind, ReadSpec>> = {
  Account: readAccount,
  OidcProvider: readProvider,
  Webhook: readWebhook,
  Registry: readRegistry,
  CreationTemplate: readTemplate,
  Namespace: readNamespace,
  Repository: readRepository,
}
