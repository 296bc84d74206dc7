import { expect, test } from 'bun:test'
import { makeSigner } from '../../../test/support/identity-tokens.ts'
import { fittingKeys } from './fitting-keys.ts'
import { isSignatureAlgorithm, SIGNATURE_ALGORITHMS } from './signature-algorithms.ts'
import { importKey } from './verification-key.ts'

const signers = (['RS256', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const).map((algorithm) =>
  makeSigner(algorithm, algorithm),
)
/** Keys that do not say which algorithm they are for. */
const keys = signers.map(({ publicJwk }) => importKey({ ...publicJwk, alg: undefined }))
const namesOf = (algorithm: string, keyId?: string) => {
  if (!isSignatureAlgorithm(algorithm)) throw new Error(algorithm)
  return fittingKeys(keys, { algorithm, keyId }).map((key) => key.keyId)
}

test('fittingKeys() gives keys of the type and the curve that an algorithm is for', () => {
  const fitting = SIGNATURE_ALGORITHMS.map((algorithm) => `${algorithm} ${namesOf(algorithm)}`)
  expect(fitting).toEqual([
    'RS256 RS256',
    'RS384 RS256',
    'RS512 RS256',
    'PS256 RS256',
    'PS384 RS256',
    'PS512 RS256',
    'ES256 ES256',
    'ES384 ES384',
    'ES512 ES512',
    'EdDSA EdDSA',
  ])
})

test('fittingKeys() gives those of the name that a token says, or without one', () => {
  expect(namesOf('RS256', 'RS256')).toEqual(['RS256'])
  expect(namesOf('RS256', 'ES256')).toEqual([])
  const nameless = keys.map((key) => ({ ...key, keyId: undefined }))
  expect(fittingKeys(nameless, { algorithm: 'RS256', keyId: 'any' })).toHaveLength(1)
})
