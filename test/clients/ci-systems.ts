import { tokenFixture } from '../support/identity-tokens.ts'

type Claims = Readonly<Record<string, unknown>>

/** A token that a CI system might give to a job. */
export interface JobToken {
  readonly what: string
  readonly claims: Claims
}

/** A role of examples/ci, and who gets in. */
export interface TrustedJobs {
  readonly system: string
  readonly issuer: string
  readonly role: string
  readonly welcome: readonly JobToken[]
  readonly refused: readonly JobToken[]
}

/** Two that tell a token from a pattern, and one that is not meant for us, whatever the system is. */
function neverWelcome(good: Claims, names: readonly string[]): JobToken[] {
  return [
    { what: 'a token for somebody else', claims: { ...good, aud: 'https://vault.example.com' } },
    ...names.map((name) => ({ what: `a ${name} that looks like a pattern`, claims: { ...good, [name]: '*' } })),
    ...names.map((name) => ({ what: `no ${name}`, claims: without(good, name) })),
    { what: 'a subject that looks like a pattern, and nothing else', claims: { sub: '*', aud: good.aud } },
  ]
}

function without(claims: Claims, name: string): Claims {
  return Object.fromEntries(Object.entries(claims).filter(([one]) => one !== name))
}

export async function trustedJobs(): Promise<readonly TrustedJobs[]> {
  return [await githubMain(), await githubProduction(), await gitlabMain(), await buildkiteMain(), await circleciMain()]
}

const GITHUB = { system: 'github', issuer: 'https://token.actions.githubusercontent.com' }
const GITHUB_NAMES = ['repository_id', 'repository_owner_id', 'ref', 'event_name']

/** GitHub's subject is the name alone, or the name and the id in one of two spellings: it is not what is looked at. */
async function githubMain(): Promise<TrustedJobs> {
  const good: Claims = { ...(await tokenFixture('github-actions-immutable-at')), event_name: 'push' }
  const dash = await tokenFixture('github-actions-immutable-dash')
  const main = { ref: 'refs/heads/main', sub: String(dash.sub).replace('octo-branch', 'main') }
  const subject = (rest: string) => ({ sub: `repo:octocat@123456/my-repo@456789:${rest}` })
  return {
    ...GITHUB,
    role: 'github-main',
    welcome: [
      { what: 'a subject with ids after @', claims: good },
      { what: 'a subject with ids after -', claims: { ...dash, ...main } },
      { what: 'a subject of names', claims: { ...good, sub: 'repo:octocat/my-repo:ref:refs/heads/main' } },
    ],
    refused: [
      ...neverWelcome(good, GITHUB_NAMES),
      { what: 'another repository', claims: { ...good, repository: 'octocat/other', repository_id: '456790' } },
      { what: 'a new repository under the old name', claims: { ...good, repository_id: '999999' } },
      { what: 'a new owner under the old name', claims: { ...good, repository_owner_id: '999999' } },
      { what: 'another branch', claims: { ...good, ...subject('ref:refs/heads/dev'), ref: 'refs/heads/dev' } },
      { what: 'a tag called main', claims: { ...good, ref: 'refs/tags/main', ref_type: 'tag' } },
      {
        what: 'a pull request',
        claims: { ...good, ...subject('pull_request'), ref: 'refs/pull/7/merge', event_name: 'pull_request' },
      },
      { what: 'pull_request_target, which says main', claims: { ...good, event_name: 'pull_request_target' } },
    ],
  }
}

async function githubProduction(): Promise<TrustedJobs> {
  const ids = { repository_id: '456789', repository_owner_id: '123456', aud: 'sts.amazonaws.com' }
  const good: Claims = { ...(await tokenFixture('github-actions')), ...ids }
  const other = { environment: 'staging', sub: 'repo:octo-org/octo-repo:environment:staging' }
  return {
    ...GITHUB,
    role: 'github-production',
    welcome: [
      { what: 'a job of the environment', claims: good },
      {
        what: 'the same with ids in its subject',
        claims: { ...good, sub: 'repo:octo-org@123456/octo-repo@456789:environment:prod' },
      },
    ],
    refused: [
      ...neverWelcome(good, [...GITHUB_NAMES, 'environment']),
      { what: 'another environment', claims: { ...good, ...other } },
      { what: 'the environment on another branch', claims: { ...good, ref: 'refs/heads/dev' } },
    ],
  }
}

async function gitlabMain(): Promise<TrustedJobs> {
  const sub = 'project_path:my-group/my-project:ref_type:branch:ref:main'
  const onMain = { ref: 'main', ref_path: 'refs/heads/main', ref_protected: 'true', aud: 'registry.example.com', sub }
  const recorded = await tokenFixture('gitlab')
  const good: Claims = { ...recorded, ...onMain }
  return {
    system: 'gitlab',
    issuer: recorded.iss,
    role: 'gitlab-main',
    welcome: [{ what: 'the protected branch', claims: good }],
    refused: [
      ...neverWelcome(good, ['project_id', 'namespace_id', 'ref_path', 'ref_protected']),
      { what: 'another project', claims: { ...good, project_id: '21', project_path: 'my-group/other' } },
      { what: 'a new project under the old path', claims: { ...good, project_id: '999' } },
      { what: 'the recorded branch', claims: { ...recorded, aud: 'registry.example.com' } },
      { what: 'the branch without protection', claims: { ...good, ref_protected: 'false' } },
      { what: 'a merge request', claims: { ...good, ref_path: 'refs/merge-requests/7/head', ref: '7' } },
    ],
  }
}

/** The two ids are claims that a job has to ask for, so the recorded token has none. */
async function buildkiteMain(): Promise<TrustedJobs> {
  const recorded = await tokenFixture('buildkite')
  const good: Claims = {
    ...recorded,
    aud: 'registry.example.com',
    organization_id: 'f02d6a6f-7a0e-481d-9d6d-89b427aec48d',
    pipeline_id: '5c3e264e-52b5-4ab5-a9bf-1d9b8f2ee5c0',
  }
  return {
    system: 'buildkite',
    issuer: recorded.iss,
    role: 'buildkite-main',
    welcome: [{ what: 'the branch', claims: good }],
    refused: [
      ...neverWelcome(good, ['organization_id', 'pipeline_id', 'build_branch']),
      { what: 'a new pipeline under the old name', claims: { ...good, pipeline_id: crypto.randomUUID() } },
      { what: 'an organization under the old name', claims: { ...good, organization_id: crypto.randomUUID() } },
      { what: 'another branch', claims: { ...good, build_branch: 'dev' } },
      { what: 'the branch of a fork', claims: { ...good, build_branch: 'stranger:main' } },
    ],
  }
}

async function circleciMain(): Promise<TrustedJobs> {
  const good = await tokenFixture('circleci-v2')
  const claim = (name: string, value: unknown): Claims => ({ ...good, [`oidc.circleci.com/${name}`]: value })
  const names = ['project-id', 'vcs-origin', 'vcs-ref', 'ssh-rerun'].map((name) => `oidc.circleci.com/${name}`)
  return {
    system: 'circleci',
    issuer: good.iss,
    role: 'circleci-main',
    welcome: [{ what: 'the branch', claims: good }],
    refused: [
      ...neverWelcome(good, names),
      { what: 'another project', claims: claim('project-id', crypto.randomUUID()) },
      { what: 'another branch', claims: claim('vcs-ref', 'refs/heads/dev') },
      { what: 'a pull request of a fork', claims: claim('vcs-origin', 'github.com/stranger/repo-1') },
      { what: 'a job that somebody has entered by SSH', claims: claim('ssh-rerun', true) },
    ],
  }
}
