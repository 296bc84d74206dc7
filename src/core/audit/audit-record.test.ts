import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { AUDIT_ACCOUNT, pullParts } from '../../../test/support/audit-parts.ts'
import { anonymousPrincipal, assumedRoleArn, roleArn, rootPrincipal, type Session, userArn } from '../principal.ts'
import { parseStrictJson } from '../strict-json.ts'
import { auditEntry } from './audit-entry.ts'
import { auditRecord } from './audit-record.ts'
import { HIDDEN } from './bounded-value.ts'
import type { AuditCaller } from './user-identity.ts'

const WEB_IDENTITY = {
  providerArn: `arn:aws:iam::${AUDIT_ACCOUNT}:oidc-provider/ci.example`,
  issuer: 'https://ci.example',
  subject: 'repo:team/app:ref:refs/heads/main',
  audience: 'sts.amazonaws.com',
}
const SESSION: Session = {
  issuedAtMs: 1_767_225_600_000,
  expiresAtMs: 1_767_229_200_000,
  policyLayers: [],
  tags: [],
  transitiveTagKeys: [],
  sourceIdentity: 'mia',
  webIdentity: WEB_IDENTITY,
}
const ROLE_SESSION: AuditCaller = {
  kind: 'role-session',
  accountId: AUDIT_ACCOUNT,
  arn: assumedRoleArn(AUDIT_ACCOUNT, 'ci', 'run-7'),
  userId: 'AROA0:run-7',
  accessKeyId: 'ASIATESTTESTTESTTEST',
  roleId: 'AROA0',
  roleArn: roleArn(AUDIT_ACCOUNT, '/teams/', 'ci'),
  roleName: 'ci',
  sessionName: 'run-7',
  session: SESSION,
}

test('auditRecord is shaped as CloudTrail has it', () => {
  const record = auditRecord(
    pullParts(7, { error: { code: 'AccessDenied', message: 'no' }, tls: { tlsVersion: 'TLSv1.3' } }),
  )
  expect(record).toEqual({
    eventVersion: '1.11',
    userIdentity: {
      type: 'Root',
      principalId: AUDIT_ACCOUNT,
      arn: `arn:aws:iam::${AUDIT_ACCOUNT}:root`,
      accountId: AUDIT_ACCOUNT,
      accessKeyId: 'AKIATESTTESTTESTTEST',
    },
    eventTime: '2026-01-01T00:00:00Z',
    eventSource: 'ecr.amazonaws.com',
    eventName: 'BatchGetImage',
    awsRegion: 'us-east-1',
    sourceIPAddress: '192.0.2.1',
    userAgent: 'containerd/2.1.0',
    requestParameters: { repositoryName: 'team/app', imageIds: [{ imageTag: 'v1' }] },
    responseElements: null,
    errorCode: 'AccessDenied',
    errorMessage: 'no',
    requestID: 'request-7',
    eventID: '10000000-0000-4000-8000-000000000007',
    readOnly: true,
    resources: [
      {
        ARN: `arn:aws:ecr:us-east-1:${AUDIT_ACCOUNT}:repository/team/app`,
        accountId: AUDIT_ACCOUNT,
        type: 'AWS::ECR::Repository',
      },
    ],
    eventType: 'AwsApiCall',
    managementEvent: true,
    eventCategory: 'Management',
    recipientAccountId: AUDIT_ACCOUNT,
    additionalEventData: {
      protocol: 'oci',
      operation: 'manifest-get',
      tag: 'v1',
      bytes: 1234,
      atMs: 1_767_225_600_007,
    },
    tlsDetails: { tlsVersion: 'TLSv1.3' },
  })
})

test.each<[string, AuditCaller, object, string | undefined]>([
  ['a key of the root user', rootPrincipal(AUDIT_ACCOUNT, 'AKIA'), { type: 'Root', accessKeyId: 'AKIA' }, 'root'],
  [
    'a user',
    {
      kind: 'user',
      accountId: AUDIT_ACCOUNT,
      arn: userArn(AUDIT_ACCOUNT, '/team/', 'mia'),
      userId: 'AIDA0',
      accessKeyId: 'AKIA',
      name: 'mia',
      session: undefined,
    },
    { type: 'IAMUser', principalId: 'AIDA0', userName: 'mia' },
    'mia',
  ],
  [
    'a role session',
    ROLE_SESSION,
    {
      type: 'AssumedRole',
      principalId: 'AROA0:run-7',
      sessionContext: {
        sessionIssuer: {
          type: 'Role',
          principalId: 'AROA0',
          arn: `arn:aws:iam::${AUDIT_ACCOUNT}:role/teams/ci`,
          accountId: AUDIT_ACCOUNT,
          userName: 'ci',
        },
        webIdFederationData: {
          federatedProvider: WEB_IDENTITY.providerArn,
          attributes: { aud: 'sts.amazonaws.com', iss: 'https://ci.example', sub: WEB_IDENTITY.subject },
        },
        attributes: { creationDate: '2026-01-01T00:00:00Z', mfaAuthenticated: 'false' },
        sourceIdentity: 'mia',
      },
    },
    'run-7',
  ],
  [
    'the holder of an identity token',
    { kind: 'web-identity', webIdentity: WEB_IDENTITY },
    { type: 'WebIdentityUser', userName: WEB_IDENTITY.subject, identityProvider: WEB_IDENTITY.providerArn },
    WEB_IDENTITY.subject,
  ],
  [
    'nobody',
    anonymousPrincipal(AUDIT_ACCOUNT),
    { type: 'AWSAccount', principalId: '', accountId: 'ANONYMOUS_PRINCIPAL' },
    undefined,
  ],
  ['the server itself', { kind: 'service' }, { type: 'AWSService', invokedBy: 'lading.internal' }, undefined],
])('userIdentity of %s', (_name, caller, identity, username) => {
  const record = auditRecord(pullParts(1, { caller }))
  expect(record.userIdentity).toMatchObject(identity)
  expect(auditEntry(record).username).toBe(username)
})

test('no secret of a request gets into a record, however it is spelled or nested', () => {
  const secret = 's3cr3t-value'
  const names = [
    'WebIdentityToken',
    'secretAccessKey',
    'SECRET_ACCESS_KEY',
    'session-token',
    'Password',
    'authorization',
  ]
  const more = ['SAMLAssertion', 'x-amz-signature', 'proxyCredentials', 'layerPartBlob', 'imageManifest', 'private_key']
  for (const name of [...names, ...more]) {
    const parameters = { list: [{ [name]: secret, repositoryName: 'team/app' }], [name]: [secret] }
    const { body } = auditEntry(auditRecord(pullParts(1, { parameters, detail: { [name]: secret } })))
    expect(body).not.toContain(secret)
    expect(body).toContain(`"${name}":"${HIDDEN}"`)
    expect(body).toContain('"repositoryName":"team/app"')
  }
})

test('whatever a request holds, a record is bounded, can be stored, and reads back strictly as it is', () => {
  const text = fc.string({ unit: 'binary', maxLength: 3000 })
  const wild = fc.dictionary(text, fc.anything({ maxDepth: 9, maxKeys: 30, withNullPrototype: true }), { maxKeys: 40 })
  fc.assert(
    fc.property(text, text, wild, (userAgent, message, parameters) => {
      const error = { code: message, message }
      const parts = pullParts(1, { userAgent, requestId: userAgent, sourceAddress: message, error, parameters })
      const { body } = auditEntry(auditRecord({ ...parts, detail: parameters, name: userAgent }))
      expect(body.length).toBeLessThan(200_000)
      expect(body.isWellFormed()).toBe(true)
      const read = parseStrictJson(Buffer.from(body))
      expect(read).toMatchObject({ eventVersion: '1.11' })
      for (const name of ['userAgent', 'errorMessage', 'eventName']) {
        const value = Object.entries(read ?? {}).find(([key]) => key === name)?.[1]
        expect(value.length).toBeLessThanOrEqual(name === 'errorMessage' ? 1024 : 256)
        expect(value).not.toContain('\0')
      }
    }),
  )
})

test('what is too long, too deep or too much is left out, and … says so', () => {
  const { requestParameters } = auditRecord(
    pullParts(1, {
      parameters: {
        long: 'x'.repeat(5000),
        deep: { a: { b: { c: { d: { e: { f: 1 } } } } } },
        many: Array.from({ length: 10_000 }, (_, index) => index),
        huge: 1e300,
      },
    }),
  )
  const read = JSON.parse(JSON.stringify(requestParameters))
  expect(read.long).toBe(`${'x'.repeat(1023)}…`)
  expect(read.deep.a.b.c.d.e).toBe('…')
  expect(read.many).toHaveLength(193)
  expect(read.many.at(-1)).toBe('…')
  expect(read['…']).toBe('…')
})

test('auditEntry is found by the first of several resources', () => {
  const repository = (name: string) => ({ ARN: name, accountId: AUDIT_ACCOUNT, type: 'AWS::ECR::Repository' })
  const resources = Array.from({ length: 30 }, (_, index) => repository(`repository ${index}`))
  const record = auditRecord(pullParts(1, { resources }))
  expect(record.resources).toHaveLength(20)
  expect(auditEntry(record)).toMatchObject({ resourceName: 'repository 0', resourceType: 'AWS::ECR::Repository' })
})
