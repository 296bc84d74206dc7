import { expect, test } from 'bun:test'
import { readEnvironment } from './environment.ts'

test('our own variable names the server before AWS’s do', () => {
  const all = { LADING_ENDPOINT: 'a', AWS_ENDPOINT_URL_ECR: 'b', AWS_ENDPOINT_URL: 'c' }
  expect(readEnvironment(all).endpoint).toBe('a')
  expect(readEnvironment({ ...all, LADING_ENDPOINT: '' }).endpoint).toBe('b')
  expect(readEnvironment({ AWS_ENDPOINT_URL: 'c' })).toMatchObject({ endpoint: 'c', ladingEndpoint: undefined })
  expect(readEnvironment({}).endpoint).toBeUndefined()
})

test('a real ECR is never where ours is', () => {
  const all = { LADING_ENDPOINT: 'a', AWS_ENDPOINT_URL_ECR: 'b', AWS_ENDPOINT_URL: 'c' }
  expect(readEnvironment(all).ecrEndpoint).toBe('b')
  expect(readEnvironment({ ...all, AWS_ENDPOINT_URL_ECR: '' }).ecrEndpoint).toBe('c')
  expect(readEnvironment({ LADING_ENDPOINT: 'a' }).ecrEndpoint).toBeUndefined()
})

test('a key without its secret is none', () => {
  expect(readEnvironment({ AWS_ACCESS_KEY_ID: 'a' }).staticCredentials).toBeUndefined()
  const both = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_SESSION_TOKEN: '' }
  expect(readEnvironment(both).staticCredentials).toEqual({ accessKeyId: 'a', secretAccessKey: 'b' })
})

test('GitHub’s token is asked for only where nothing says more exactly who is meant', () => {
  const job = {
    ACTIONS_ID_TOKEN_REQUEST_URL: 'u',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: 't',
    AWS_ROLE_ARN: 'r',
    GITHUB_RUN_ID: '7',
  }
  expect(readEnvironment(job).githubActions).toEqual({
    requestUrl: 'u',
    requestToken: 't',
    roleArn: 'r',
    sessionName: 'github-7',
  })
  expect(readEnvironment({ ...job, AWS_ROLE_ARN: '' }).githubActions).toBeUndefined()
  expect(readEnvironment({ ...job, AWS_PROFILE: 'p' }).githubActions).toBeUndefined()
  expect(readEnvironment({ ...job, AWS_WEB_IDENTITY_TOKEN_FILE: 'f' }).githubActions).toBeUndefined()
})

test('files are where their own variables say, or below the home folder', () => {
  expect(readEnvironment({ HOME: '/home/a' })).toMatchObject({
    cacheFolder: '/home/a/.cache/lading/tokens',
    hostsFile: '/home/a/.config/lading/hosts.json',
    dockerConfigFile: '/home/a/.docker/config.json',
  })
  expect(readEnvironment({ XDG_CACHE_HOME: '/c', XDG_CONFIG_HOME: '/x', DOCKER_CONFIG: '/d' })).toMatchObject({
    cacheFolder: '/c/lading/tokens',
    hostsFile: '/x/lading/hosts.json',
    dockerConfigFile: '/d/config.json',
  })
})
