import { expect, test } from 'bun:test'
import { signatureHeaders, webhookSecret } from './webhook-signature.ts'

/** From the tests of the reference libraries, github.com/standard-webhooks/standard-webhooks, read 2026-11-27. */
const SECRET = webhookSecret('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw')
const MESSAGE = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestamp: 1_614_265_330, body: '{"test": 2432232314}' }

test('signatureHeaders() signs as the reference libraries do', () => {
  expect(signatureHeaders(MESSAGE, [SECRET])).toEqual({
    'webhook-id': MESSAGE.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  })
})

test('signatureHeaders() has a signature for each secret', () => {
  const one = (secret: string) => signatureHeaders(MESSAGE, [secret])['webhook-signature']
  const other = webhookSecret(Buffer.alloc(32, 3).toString('base64'))
  expect(signatureHeaders(MESSAGE, [other, SECRET])['webhook-signature']).toBe(`${one(other)} ${one(SECRET)}`)
  expect(one(other)).not.toBe(one(SECRET))
})
