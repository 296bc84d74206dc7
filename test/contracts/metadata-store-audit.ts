import { afterEach, beforeEach, describe, expect, test } from 'bun:test'
import { type AuditEntry, auditEntry } from '../../src/core/audit/audit-entry.ts'
import { type AuditParts, auditRecord } from '../../src/core/audit/audit-record.ts'
import { type ChainHead, chainStart, nextHead } from '../../src/core/audit/chain.ts'
import type { SignedCheckpoint } from '../../src/core/audit/checkpoint.ts'
import type { AuditPosition, AuditQuery } from '../../src/ports/metadata/audit.ts'
import type { MetadataStore } from '../../src/ports/metadata-store.ts'
import { AUDIT_ACCOUNT as ACCOUNT, pullParts } from '../support/audit-parts.ts'
import type { MetadataStoreFixture, OpenMetadataStore } from './metadata-store-fixture.ts'

const OTHER = '111111111111'
const ALWAYS = { fromMs: 0, untilMs: Number.MAX_SAFE_INTEGER }

function entry(number: number, change: Partial<AuditParts> = {}): AuditEntry {
  return auditEntry(auditRecord(pullParts(number, change)))
}
const eventId = (number: number) => entry(number).eventId

async function record(store: MetadataStore, ...entries: AuditEntry[]): Promise<void> {
  await store.transact((transaction) => transaction.recordAudit(entries))
}

/** Seals as the sealer does, on what the lock gives. */
async function seal(store: MetadataStore, limit = 100, accountId = ACCOUNT): Promise<number> {
  return await store.transact(async (transaction) => {
    let head: ChainHead = (await transaction.lockAuditChain(accountId)) ?? chainStart(accountId)
    const sealed: (ChainHead & { id: number })[] = []
    for (const { id, body } of await transaction.listUnsealedAudit(accountId, limit)) {
      head = nextHead(head, body)
      sealed.push({ id, ...head })
    }
    await transaction.sealAudit(accountId, sealed)
    return sealed.length
  })
}

/** That places are without a gap and each hash follows from the one before. @returns the records' numbers */
async function checkedChain(store: MetadataStore, accountId = ACCOUNT): Promise<string[]> {
  let head = chainStart(accountId)
  const ids: string[] = []
  for (const { body, ...stored } of await store.listSealedAudit(accountId, { limit: 10_000 })) {
    head = nextHead(head, body)
    expect(stored).toEqual(head)
    ids.push(JSON.parse(body).eventID)
  }
  return ids
}

function checkpoint(sequence: number, atMs: number): SignedCheckpoint {
  const { hash } = chainStart(String(sequence))
  const statement = { account: ACCOUNT, sequence, hash, atMs, installation: 'here', keyId: '0123456789abcdef' }
  return { checkpoint: statement, signature: `signature ${sequence}` }
}

export function testAudit(open: OpenMetadataStore): void {
  describe('audit', () => {
    let fixture: MetadataStoreFixture
    let store: MetadataStore
    let stores: MetadataStore[]
    beforeEach(async () => {
      fixture = await open()
      store = fixture.store
      stores = [store]
      if (fixture.openAnother !== undefined) stores.push(await fixture.openAnother())
    })
    afterEach(async () => {
      for (const each of stores.slice(1)) await each.close()
      await fixture.close()
    })

    const lookUp = (query: Partial<AuditQuery> = {}, limit = 100, after?: AuditPosition) =>
      store.lookUpAudit({ accountId: ACCOUNT, attribute: undefined, ...ALWAYS, ...query }, { limit, after })
    const idsOf = async (query: Partial<AuditQuery> = {}) => (await lookUp(query)).map((found) => found.eventId)

    test('recordAudit() keeps entries as they are, one or many, and none of a transaction that fails', async () => {
      const entries = [1, 2, 3].map((number) => entry(number, { userAgent: `“${number}”\u0001\\u0000` }))
      const anonymous = entry(4, {
        caller: { kind: 'anonymous', accountId: ACCOUNT, arn: 'anonymous' },
        readOnly: false,
      })
      const { resources: _, ...noResource } = pullParts(5)
      await record(store, ...entries)
      await record(store, anonymous)
      await record(store, auditEntry(auditRecord(noResource)))
      await record(store)
      const failing = store.transact(async (transaction) => {
        await transaction.recordAudit([entry(6)])
        throw new Error('no')
      })
      await expect(failing).rejects.toThrow('no')
      await seal(store)
      const found = (await lookUp()).map(({ id: _id, ...kept }) => kept)
      expect(found).toEqual([auditEntry(auditRecord(noResource)), anonymous, ...entries.toReversed()])
    })

    test('an entry with an event id that is there is passed over, in its account', async () => {
      await record(store, entry(1))
      await record(store, entry(1, { name: 'PutImage' }), entry(2), entry(2, { name: 'PutImage' }))
      await record(store, entry(1, { accountId: OTHER }))
      await seal(store)
      await record(store, entry(2, { name: 'PutImage' }))
      await seal(store)
      await seal(store, 100, OTHER)
      expect((await lookUp()).map((found) => found.eventName)).toEqual(['BatchGetImage', 'BatchGetImage'])
      expect(await idsOf({ accountId: OTHER })).toEqual([eventId(1)])
    })

    test('entries are sealed in the order of writing, batch after batch, each account for itself', async () => {
      await record(store, entry(3), entry(1))
      await record(store, entry(9, { accountId: OTHER }), entry(2))
      expect(await store.findAccountToSeal()).toBe(ACCOUNT)
      expect(await store.findAccountToSeal(ACCOUNT)).toBe(OTHER)
      expect(await store.findAccountToSeal(OTHER)).toBeUndefined()
      expect(await seal(store, 2)).toBe(2)
      expect(await checkedChain(store)).toEqual([eventId(3), eventId(1)])
      await record(store, entry(4))
      expect(await seal(store)).toBe(2)
      expect(await seal(store)).toBe(0)
      expect(await checkedChain(store)).toEqual([3, 1, 2, 4].map(eventId))
      expect(await store.findAccountToSeal()).toBe(OTHER)
      expect(await store.listSealedAudit(OTHER, { limit: 9 })).toEqual([])
      await seal(store, 100, OTHER)
      expect(await checkedChain(store, OTHER)).toEqual([eventId(9)])
      expect(await store.findAccountToSeal()).toBeUndefined()
      const chains = await store.listAuditChains()
      expect(chains.map(({ accountId, sequence }) => [accountId, sequence])).toEqual([
        [ACCOUNT, 4],
        [OTHER, 1],
      ])
      const page = await store.listSealedAudit(ACCOUNT, { after: 1, limit: 2 })
      expect(page.map(({ sequence }) => sequence)).toEqual([2, 3])
    })

    test('sealing that fails midway has sealed nothing, and the next takes it up', async () => {
      await record(store, entry(1), entry(2))
      const failing = store.transact(async (transaction) => {
        const head = (await transaction.lockAuditChain(ACCOUNT)) ?? chainStart(ACCOUNT)
        const [first] = await transaction.listUnsealedAudit(ACCOUNT, 1)
        if (first === undefined) throw new Error('two wait')
        await transaction.sealAudit(ACCOUNT, [{ id: first.id, ...nextHead(head, first.body) }])
        throw new Error('killed')
      })
      await expect(failing).rejects.toThrow('killed')
      expect(await store.listAuditChains()).toEqual([])
      expect(await seal(store)).toBe(2)
      expect(await checkedChain(store)).toEqual([eventId(1), eventId(2)])
    })

    test('places that do not fit the chain are not given', async () => {
      await record(store, entry(1), entry(2))
      const waiting = await store.transact((transaction) => transaction.listUnsealedAudit(ACCOUNT, 2))
      const [first, second] = waiting.map(({ id }) => id)
      if (first === undefined || second === undefined) throw new Error('two wait')
      const hash = chainStart(ACCOUNT).hash
      const wrong = [
        [{ id: first, sequence: 2, hash }],
        [
          { id: first, sequence: 1, hash },
          { id: second, sequence: 3, hash },
        ],
        [
          { id: first, sequence: 1, hash },
          { id: second + 1000, sequence: 2, hash },
        ],
      ]
      for (const sealed of wrong) {
        const sealing = store.transact(async (transaction) => {
          await transaction.lockAuditChain(ACCOUNT)
          await transaction.sealAudit(ACCOUNT, sealed)
        })
        await expect(sealing).rejects.toThrow('do not fit')
      }
      expect(await seal(store)).toBe(2)
      const again = store.transact((transaction) => transaction.sealAudit(ACCOUNT, [{ id: first, sequence: 3, hash }]))
      await expect(again).rejects.toThrow('do not fit')
      expect(await checkedChain(store)).toHaveLength(2)
    })

    test('many who write and seal at once make one chain with everything in it', async () => {
      const numbers = Array.from({ length: 60 }, (_, index) => index + 1)
      await Promise.all(
        numbers.map(async (number) => {
          const one = stores[number % stores.length] ?? store
          await record(one, entry(number))
          await seal(one, 7)
        }),
      )
      while ((await seal(store, 7)) > 0);
      expect((await checkedChain(store)).sort()).toEqual(numbers.map(eventId))
    })

    test('checkpoints come back as they were signed, and are found by record and time', async () => {
      await record(store, entry(1))
      await seal(store)
      const signed = [checkpoint(3, 300), checkpoint(5, 500), checkpoint(9, 900)]
      for (const each of signed) await store.transact((transaction) => transaction.insertAuditCheckpoint(each))
      expect(await store.listAuditCheckpoints(ACCOUNT, { limit: 10 })).toEqual(signed)
      expect(await store.listAuditCheckpoints(ACCOUNT, { after: 3, limit: 1 })).toEqual(signed.slice(1, 2))
      expect(await store.listAuditCheckpoints(OTHER, { limit: 10 })).toEqual([])
      expect(await store.findAuditCheckpoint(ACCOUNT)).toEqual(signed[2])
      expect(await store.findAuditCheckpoint(ACCOUNT, { sequence: 8 })).toEqual(signed[1])
      expect(await store.findAuditCheckpoint(ACCOUNT, { atMs: 499 })).toEqual(signed[0])
      expect(await store.findAuditCheckpoint(ACCOUNT, { atMs: 500 })).toEqual(signed[1])
      expect(await store.findAuditCheckpoint(ACCOUNT, { atMs: 299 })).toBeUndefined()
      expect(await store.findAuditCheckpoint(ACCOUNT, { sequence: 2 })).toBeUndefined()
      expect((await store.listAuditChains())[0]?.checkpointSequence).toBe(9)
      await store.transact((transaction) => transaction.deleteAuditCheckpointsBefore(ACCOUNT, 5))
      expect(await store.listAuditCheckpoints(ACCOUNT, { limit: 10 })).toEqual(signed.slice(1))
    })

    test('deleteAuditThrough() takes the first records first, and neither unsealed ones nor those of others', async () => {
      const numbers = [1, 2, 3, 4, 5]
      await record(store, ...numbers.map((number) => entry(number)))
      await record(store, entry(6, { accountId: OTHER }))
      await seal(store)
      await seal(store, 100, OTHER)
      await record(store, entry(7))
      const take = (sequence: number, limit: number) =>
        store.transact((transaction) => transaction.deleteAuditThrough(ACCOUNT, sequence, limit))
      expect([await take(3, 2), await take(3, 2), await take(3, 2)]).toEqual([2, 1, 0])
      const left = await store.listSealedAudit(ACCOUNT, { limit: 10 })
      expect(left.map(({ sequence }) => sequence)).toEqual([4, 5])
      expect(await idsOf()).toEqual([5, 4].map(eventId))
      expect(await take(1000, 100)).toBe(2)
      expect(await idsOf()).toEqual([])
      expect(await idsOf({ attribute: { name: 'eventId', value: eventId(7) } })).toEqual([eventId(7)])
      expect(await idsOf({ accountId: OTHER })).toEqual([eventId(6)])
      expect(await seal(store)).toBe(1)
      expect((await store.listSealedAudit(ACCOUNT, { limit: 10 }))[0]?.sequence).toBe(6)
    })

    test('lookUpAudit() finds by each attribute, newest first, in one account', async () => {
      const resources = [{ ARN: 'arn:aws:iam::0:user/mia', accountId: ACCOUNT, type: 'AWS::IAM::User' }]
      const special = entry(2, {
        caller: {
          ...pullParts(2).caller,
          kind: 'web-identity',
          webIdentity: { providerArn: 'p', issuer: 'i', subject: 'mia', audience: 'a' },
        },
        name: 'CreateUser',
        source: 'iam.amazonaws.com',
        readOnly: false,
        resources,
      })
      const key = entry(3, {
        caller: {
          kind: 'root',
          accountId: ACCOUNT,
          arn: 'r',
          userId: ACCOUNT,
          accessKeyId: 'AKIAOTHER',
          session: undefined,
        },
      })
      await record(store, entry(1), special, key, entry(4))
      await record(store, entry(5, { accountId: OTHER }))
      await seal(store)
      await record(store, entry(6))
      const by = (name: NonNullable<AuditQuery['attribute']>['name'], value: string) =>
        idsOf({ attribute: { name, value } })
      expect(await idsOf()).toEqual([4, 3, 2, 1].map(eventId))
      expect(await by('eventId', eventId(3))).toEqual([eventId(3)])
      expect(await by('eventId', eventId(5))).toEqual([])
      // What has no place in the chain yet is found by its id alone.
      expect(await by('eventId', eventId(6))).toEqual([eventId(6)])
      expect(await by('eventName', 'CreateUser')).toEqual([eventId(2)])
      expect(await by('eventName', 'createuser')).toEqual([])
      expect(await by('eventSource', 'ecr.amazonaws.com')).toEqual([4, 3, 1].map(eventId))
      expect(await by('readOnly', 'true')).toEqual([4, 3, 1].map(eventId))
      expect(await by('readOnly', 'false')).toEqual([eventId(2)])
      expect(await by('username', 'mia')).toEqual([eventId(2)])
      expect(await by('username', 'root')).toEqual([4, 3, 1].map(eventId))
      expect(await by('accessKeyId', 'AKIAOTHER')).toEqual([eventId(3)])
      expect(await by('resourceType', 'AWS::IAM::User')).toEqual([eventId(2)])
      expect(await by('resourceName', 'arn:aws:iam::0:user/mia')).toEqual([eventId(2)])
      expect(await by('resourceName', `arn:aws:ecr:us-east-1:${OTHER}:repository/team/app`)).toEqual([])
    })

    test('lookUpAudit() keeps to its times, both included, and its pages make the whole', async () => {
      const atMs = (number: number) => 1000 + Math.floor(number / 4)
      const numbers = Array.from({ length: 23 }, (_, index) => index)
      await record(store, ...numbers.map((number) => entry(number, { atMs: atMs(number) })))
      await seal(store)
      const newestFirst = numbers.toReversed()
      const between = newestFirst.filter((number) => atMs(number) >= 1001 && atMs(number) <= 1003)
      expect(await idsOf({ fromMs: 1001, untilMs: 1003 })).toEqual(between.map(eventId))
      for (const attribute of [undefined, { name: 'eventName', value: 'BatchGetImage' } as const]) {
        for (const limit of [1, 4, 5, 23]) {
          const seen: string[] = []
          for (let after: AuditPosition | undefined; ; ) {
            const page = await lookUp({ attribute }, limit, after)
            expect(page.length).toBeLessThanOrEqual(limit)
            seen.push(...page.map((found) => found.eventId))
            after = page.at(-1)
            if (after === undefined) break
          }
          expect(seen).toEqual(newestFirst.map(eventId))
        }
      }
    })
  })
}
