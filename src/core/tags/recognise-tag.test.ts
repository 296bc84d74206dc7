import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { isTag } from '../tag.ts'
import { possibleKinds, recogniseTag } from './recognise-tag.ts'
import { TAG_KINDS, type TagKind } from './tag-kind.ts'

const HEX_64 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'

/**
 * Tags as they stand in Docker Hub, Quay, ghcr.io and registry.k8s.io, as docker/metadata-action, GitLab's, Buildkite's,
 * CircleCI's, Jenkins' and Azure Pipelines' documentation make them, and as Flux's guide to sortable tags does (read
 * 2026-11).
 */
const ROWS: { readonly [Kind in TagKind]: string } = {
  'commit-hash': `
    1a2b3c4 860c190 a7e3d0c deadbee cafebabe 2414721b 0a1b2c3d4e5f 90dd6032fac8bda1b6c4436a2e65de27961ed071 ${HEX_64}
    sha-860c190 sha-1234567 sha-90dd6032fac8bda1b6c4436a2e65de27961ed071 git-1a2b3c4 git-20260801 commit-1a2b3c4
    main-1a2b3c4 main-deadbee master-860c190 develop_1a2b3c4d feature-add-logging-2414721 release.1a2b3c4
    latest-cf59cfc 0.2-cf59cfc prod-1a2b3c4 dev-860c190 main-1a2b3c4d-1606208510 main-20260801-1a2b3c4
    20260801-1a2b3c4 v20230601-a8e5b7c9d1 v20240802-601f5d2a0b 2024.10.16-1a2b3c4 1a2b3c4-dirty 1a2b3c4-amd64
    1a2b3c4-alpine 0.2-14-g2414721 main-3-gabc1234 g1234567 build-1a2b3c4 staging-1a2b3c4-42 pr-7-860c190 1234-860c190`,
  semver: `
    1.2.3 v1.2.3 0.1.0 0.0.0 10.0.17763 1.27.0-alpine 1.27.0-alpine3.19 3.12.1-slim-bookworm 8.0.36-debian
    16.0.0-ubuntu-22.04 18.19.0-bullseye-slim v2.0.8-beta.67 1.0.0-rc.1 1.0.0-alpha 1.0.0-0.3.7 1.0.0-x-y-z.4
    v1.29.0-rc.0 1.2.3_build5 1.2.3-rc.1_20260801 0.0.1-dev.42_1a2b3c4 1.4.0-1a2b3c4 v1.2.3-14-g2414721
    1.2.3-20260801 2024.1.5 2026.8.1 2026.8.0-beta.3 25.0.3-dind 1.0.0-SNAPSHOT 0.0.0-20240101120000-abcdef123456
    v0.48.1 3.19.1 7.4.0 v3.27.2 26.1.1-cli 1.21.6-nonroot 99999999999999999999.0.0 1.2.3-dev 1.2.3-prod`,
  date: `
    20260801 2026-08-01 2026.08.01 2026_08_01 2026-08 v20240101 20260801.1 20260801.23 20260801-2 20260801-r1
    20260801-1530 20260801153000 202608011530 20260801T153000Z 2026-08-01T15-30-00Z 2021-01-28.133158
    2026-08-01-153000 2026-08-01_15-30-00 2026.10.12 2026.10.12-slim 20260801153000123 2024.02.29
    bookworm-20240423 bookworm-20240423-slim jammy-20240427 noble-20241118.1 nightly-20260801 nightly-2026-08-01
    RELEASE.2024-01-16T16-07-38Z main-20260801 main-20260801-120000 prod-20260801 stable-20260801 3.19-20260801
    stream9-20240422 weekly.2026.08.01`,
  digest: `
    sha256-${HEX_64} sha256-${HEX_64}.sig sha256-${HEX_64}.att sha256-${HEX_64}.sbom
    sha512-${HEX_64} sha256-9f86d081884c`,
  'build-id': `
    1234567 123 456 4821 12345678 1611840548 9876543210 20240230 20261301 123.4 1234567890-1 9876543210.2 4821-17
    build-123 build-4821 build.17 build_7 BUILD-9 bld-33 ci-4567 ci4567 run-123 run-9876543210-1 job-5512
    pipeline-998877 pr-142-build-57 feature-x-build-7 jenkins-my-app-42 jenkins-42 buildkite-1234 bk-77
    buildkite-my-pipeline-1234 circleci-5531 gha-9876543210 github-123 gitlab-456789 travis-1201 b1234 b4821
    main-42 main-1234 master-7 develop-77 main.1234 main-1234-1 1234-main 4821-alpine 1234-feature-login
    b5836377-5647-4548-9349-987654321000 build-b5836377-5647-4548-9349-987654321000 2026080112`,
  environment: `
    prod production prd staging stage stg dev development test testing qa uat preview canary preprod sandbox demo PROD
    Production prod-eu prod_us prod.blue eu-prod eu-west-1-prod api-staging my-app-dev prod2 qa1 uat02 dev-3 staging-42
    prod-1.2.3 canary-2 preview-123 qa-team-a integration pre-prod testing-slim 1234-dev`,
  stable: `
    latest stable edge lts main master develop trunk tip mainline rolling devel nightly unstable oldstable current head
    1 2 18 42 1.2 22.04 24.04 3.12 v1 v1.2 v100 1.x 1.2.x v2.x 1.27-alpine 18-alpine 18-alpine3.19 3.12-slim-bookworm
    5.7-debian 8-jdk-alpine 11.0-jre 15-3.4 15-3 2.4_amd64 stable-alpine lts-slim lts-jdk17 mainline-alpine3.18
    ltsc2019 ltsc2022 latest-alpine latest-dev latest_arm64 2022-latest 2024 2024.03 2024.1 18-dev alpine-edge
    LATEST 1.0-SNAPSHOT release-1.2 releases-v1 rel_3 release-1.x pr-2 pr-142 mr-17 beta rc v1-beta edge-alpine
    10.0-preview main-arm64 8.0-noble-chiseled`,
  none: `
    foo my-image bookworm bookworm-slim alpine alpine3.19 slim jammy noble iron-slim feature-add-logging JIRA-1234
    1.2.3.4 10.0.19041.1288 4.8.3.Final 3.13.0rc1 1.02.3 release-1.2.3 app-v1.2.3 nginx-1.25.3 rc-1 beta2 temp
    debug nonroot hotfix x86_64 arm64v8 buildcache cache builder windowsservercore 1a2b3c abcdef
    ubuntu-22.04 _ a.b-c_d 7z`,
}

const table = Object.entries(ROWS).flatMap(([kind, tags]) =>
  tags
    .trim()
    .split(/\s+/)
    .map((tag) => [tag, kind] as const),
)

test('every row is a tag, once, and there are enough of them', () => {
  const tags = table.map(([tag]) => tag)
  expect(tags.filter((tag) => !isTag(tag))).toEqual([])
  expect(tags.filter((tag, index) => tags.indexOf(tag) !== index)).toEqual([])
  expect(tags.length).toBeGreaterThan(300)
})

test.each(table)('%s is of kind %s', (tag, kind) => {
  // Typed as the table's keys are.
  expect(recogniseTag(tag)).toBe(kind as TagKind)
})

test('the example of every kind is of that kind', () => {
  for (const [kind, { example }] of Object.entries(TAG_KINDS))
    expect([example, recogniseTag(example)]).toEqual([example, kind])
})

test.each([
  ['20260801', ['date', 'build-id', 'commit-hash']],
  ['1234567', ['build-id', 'commit-hash']],
  ['main-1234567', ['build-id', 'stable', 'commit-hash']],
  ['42', ['stable', 'build-id']],
  ['2024', ['stable', 'build-id']],
  ['123.4', ['build-id']],
  ['1.4.2-1a2b3c4', ['semver', 'commit-hash']],
  ['1.4.1234567', ['semver']],
  ['staging-20260801-1a2b3c4', ['commit-hash', 'date', 'environment']],
  [`sha256-${HEX_64}`, ['digest']],
  ['deadbee', ['commit-hash']],
  ['foo', ['none']],
])('%s could be %p', (tag, kinds) => {
  expect<readonly string[]>(possibleKinds(tag)).toEqual(kinds)
})

const anyTag = fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,40}$/)

test('the kind is the first of those that are possible, each is named once, and none stands alone', () => {
  fc.assert(
    fc.property(anyTag, (tag) => {
      const kinds = possibleKinds(tag)
      expect(kinds[0]).toBe(recogniseTag(tag))
      expect(new Set(kinds).size).toBe(kinds.length)
      if (kinds.includes('none')) expect(kinds).toEqual(['none'])
    }),
    { numRuns: 2000 },
  )
})

test('any SemVer core is a version unless it is a day, with a v and a variant or without', () => {
  const part = fc.nat({ max: 1899 })
  fc.assert(
    fc.property(part, part, part, fc.constantFrom('', 'v'), fc.constantFrom('', '-rc.1', '-alpine'), (...version) => {
      const [major, minor, patch, v, variant] = version
      expect(recogniseTag(`${v}${major}.${minor}.${patch}${variant}`)).toBe('semver')
    }),
  )
})

test('every day there is, is a date in each spelling', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('1990-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }), (day) => {
      const iso = day.toISOString().slice(0, 10)
      for (const separator of ['-', '.', '_', '']) expect(recogniseTag(iso.replaceAll('-', separator))).toBe('date')
    }),
  )
})

test('a word of four letters and a hash with a letter and a digit in it name the commit, whatever the word', () => {
  const hash = fc.stringMatching(/^[0-9][a-f][0-9a-f]{5,38}$/)
  fc.assert(
    fc.property(fc.stringMatching(/^[g-z]{4}$/), hash, fc.constantFrom('-', '_', '.'), (word, commit, separator) => {
      expect(recogniseTag(`${word}${separator}${commit}`)).toBe('commit-hash')
    }),
  )
})
