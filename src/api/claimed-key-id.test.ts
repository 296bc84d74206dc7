import { expect, test } from 'bun:test'
import { claimedKeyId } from './claimed-key-id.ts'

const URL_WITHOUT_QUERY = 'http://127.0.0.1:5000/'
const basic = (credential: string) => claimedKeyId(`Basic ${btoa(credential)}`, URL_WITHOUT_QUERY)

test('claimedKeyId() finds the key id of a Basic header, of a signature and of a presigned address', () => {
  expect(basic('AKIAIOSFODNN7EXAMPLE:a-secret')).toBe('AKIAIOSFODNN7EXAMPLE')
  expect(basic(`AWS:${'t'.repeat(1500)}`)).toBe('AWS')
  const signature =
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/ecr/aws4_request, SignedHeaders=host, Signature=00'
  expect(claimedKeyId(signature, URL_WITHOUT_QUERY)).toBe('AKIAIOSFODNN7EXAMPLE')
  const presigned = `${URL_WITHOUT_QUERY}?X-Amz-Credential=ASIAIOSFODNN7EXAMPLE%2F20260101%2Fus-east-1&X-Amz-Signature=00`
  expect(claimedKeyId(null, presigned)).toBe('ASIAIOSFODNN7EXAMPLE')
})

test('claimedKeyId() gives nothing that might be a secret', () => {
  expect(basic('wJalrXUtnFEMI0K7MDENG0bPxRfiCYEXAMPLEKEY:AKIAIOSFODNN7EXAMPLE')).toBeUndefined()
  expect(basic('alice@example.org:hunter2')).toBeUndefined()
  expect(claimedKeyId('Bearer AKIAIOSFODNN7EXAMPLE', URL_WITHOUT_QUERY)).toBeUndefined()
  expect(claimedKeyId(null, URL_WITHOUT_QUERY)).toBeUndefined()
})
