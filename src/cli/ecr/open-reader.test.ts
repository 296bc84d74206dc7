import { expect, test } from 'bun:test'
import { amazonsEndpoint } from './open-reader.ts'

test.each([
  ['eu-central-1', 'https://api.ecr.eu-central-1.amazonaws.com'],
  ['us-gov-west-1', 'https://api.ecr.us-gov-west-1.amazonaws.com'],
  ['cn-north-1', 'https://api.ecr.cn-north-1.amazonaws.com.cn'],
  ['eusc-de-east-1', 'https://api.ecr.eusc-de-east-1.amazonaws.eu'],
])('the ECR of %s is at %s', (region, endpoint) => {
  expect(amazonsEndpoint(region)).toBe(endpoint)
})

test.each(['', 'Frankfurt', 'eu-central-1.evil.example/', 'eu_central_1', 'x'.repeat(1000)])(
  'nothing is sent to a region %j',
  (region) => {
    expect(() => amazonsEndpoint(region)).toThrow(/must be like eu-central-1\.$/)
  },
)
