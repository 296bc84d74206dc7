import { expect, test } from 'bun:test'
import { generateKeyPairSync } from 'node:crypto'
import { chainStart } from './chain.ts'
import { checkpointSigner, isSignedBy } from './checkpoint.ts'
import { parsePublicKeys } from './public-keys.ts'

const [first, second] = [1, 2].map((byte) => checkpointSigner(new Uint8Array(32).fill(byte)))
if (first === undefined || second === undefined) throw new Error('there are two')

test('the key of a seed is the one of RFC 8032 (section 7.1, test 1)', () => {
  const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex')
  const key = Buffer.from('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a', 'hex')
  expect(checkpointSigner(seed).publicKeyText).toBe(`ed25519:${key.toString('base64url')}`)
  expect(() => checkpointSigner(seed.subarray(1))).toThrow(RangeError)
})

test('a key reads back as PEM and as short text, and several one after another', () => {
  for (const text of [first.publicKeyPem, first.publicKeyText, `\n ${first.publicKeyText}\r\n`]) {
    expect([...parsePublicKeys(text).keys()]).toEqual([first.keyId])
  }
  const both = parsePublicKeys(`${first.publicKeyPem}${second.publicKeyText}\n${first.publicKeyText}`)
  expect([...both.keys()].sort()).toEqual([first.keyId, second.keyId].sort())
})

test('a checkpoint is good under its own key and no other, and every member counts', () => {
  const [key, other] = [first, second].map(({ publicKeyText, keyId }) => parsePublicKeys(publicKeyText).get(keyId))
  if (key === undefined || other === undefined) throw new Error('they were just read')
  const signed = first.sign({ account: '000000000000', installation: 'here', atMs: 5, ...chainStart('000000000000') })
  expect(isSignedBy(signed, key)).toBe(true)
  expect(isSignedBy(signed, other)).toBe(false)
  for (const name of Object.keys(signed.checkpoint)) {
    expect(isSignedBy({ ...signed, checkpoint: { ...signed.checkpoint, [name]: 'x' } }, key)).toBe(false)
  }
  for (const signature of ['', 'x', `${signed.signature}=`, `${signed.signature} `, signed.signature.slice(1)]) {
    expect(isSignedBy({ ...signed, signature }, key)).toBe(false)
  }
})

test('anything else is no key, and nothing of it is repeated', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const privatePem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const wrong = [
    '',
    'hello',
    privatePem,
    publicKey.export({ format: 'pem', type: 'spki' }).toString(),
    first.publicKeyPem.slice(0, 60),
    '-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----',
    first.publicKeyText.slice(0, -1),
    `${first.publicKeyText}A`,
    `${first.publicKeyText} hello`,
    first.publicKeyText.repeat(1000),
  ]
  for (const text of wrong) {
    expect(() => parsePublicKeys(text)).toThrow('This is not the public key of an audit trail')
    expect(() => parsePublicKeys(text)).not.toThrow(text.trim().slice(30, 60) || 'nothing')
  }
})
