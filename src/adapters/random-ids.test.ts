import { expect, test } from 'bun:test'
import { RandomIds } from './random-ids.ts'

const ids = new RandomIds()

test('ids of IAM have the form of their kind, and every letter comes up', () => {
  const letters = new Set<string>()
  for (const prefix of ['AIDA', 'AGPA', 'AROA', 'ANPA', 'AKIA', 'ASIA'] as const) {
    const length = prefix.endsWith('IA') ? 16 : 17
    for (let round = 0; round < 100; round++) {
      const id = ids.entityId(prefix)
      expect(id).toMatch(new RegExp(`^${prefix}[A-Z2-7]{${length}}$`))
      for (const letter of id.slice(4)) letters.add(letter)
    }
  }
  expect(letters.size).toBe(32)
})

test('secrets and nonces are as long as they are to be, and never the same', () => {
  const secrets = Array.from({ length: 100 }, () => ids.secretAccessKey())
  expect(secrets.every((secret) => /^[A-Za-z0-9+/]{40}$/.test(secret))).toBe(true)
  expect(new Set(secrets).size).toBe(100)
  expect(ids.nonce().byteLength).toBe(12)
  expect(Buffer.from(ids.nonce()).equals(ids.nonce())).toBe(false)
})
