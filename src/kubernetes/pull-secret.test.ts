import { expect, test } from 'bun:test'
import { pullSecretOf } from './pull-secret.ts'

const LOGIN = { roleArn: 'arn:aws:iam::000000000000:role/pull', token: 'h.p.s' }

test('every host gets the same login, as separate fields and not joined by a colon', () => {
  const settings = { name: 'lading-pull', registryHosts: ['a.example.com', '127.0.0.1:5000'] }
  const secret = pullSecretOf('team-blue', settings, LOGIN)
  expect(secret).toMatchObject({
    kind: 'Secret',
    type: 'kubernetes.io/dockerconfigjson',
    metadata: { name: 'lading-pull', namespace: 'team-blue' },
  })
  // The shape is the one just built.
  const { '.dockerconfigjson': encoded } = secret.data as { '.dockerconfigjson': string }
  const entry = { username: LOGIN.roleArn, password: LOGIN.token }
  expect(JSON.parse(atob(encoded))).toEqual({ auths: { 'a.example.com': entry, '127.0.0.1:5000': entry } })
})
