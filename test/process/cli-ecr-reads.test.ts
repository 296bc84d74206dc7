import { expect, test } from 'bun:test'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ECR_READS } from '../../src/cli/ecr/ecr-reader.ts'
import { freshHome, ROOT_KEY, runLading } from './cli-process.ts'
import { type FakeEcr, fakeDigest, seenAuthorization, startFakeEcr } from './fake-ecr.ts'
import { assumedRoleAnswer, startFakeEndpoint } from './fake-endpoint.ts'

const EXPIRE_ALL = JSON.stringify({
  rules: [
    {
      rulePriority: 1,
      selection: { tagStatus: 'any', countType: 'sinceImagePushed', countUnit: 'days', countNumber: 1 },
      action: { type: 'expire' },
    },
  ],
})

async function start(fake: Pick<FakeEcr, 'url'>) {
  const home = await freshHome()
  const policy = join(home, 'all.json')
  await writeFile(policy, EXPIRE_ALL)
  const environment = { HOME: home, AWS_REGION: 'eu-test-7', ...ROOT_KEY }
  const run = (...args: string[]) => runLading([...args, '--ecr-endpoint', fake.url], { environment })
  return { run, policy }
}

test('pages are followed, throttling is waited for, manifests are read by the hundred as far as answers go', async () => {
  await using fake = startFakeEcr({ indexes: 250, throttleEvery: 4 })
  const { run } = await start(fake)
  const shown = await run('lifecycle', 'preview', 'app-0', '--json')
  expect(shown.status).toBe(0)
  const { imageCount, items, summary } = JSON.parse(shown.stdout)
  expect([imageCount, items.length, summary.expire, summary.refused]).toEqual([500, 250, 0, 250])
  expect(items[0]).toMatchObject({
    digest: fakeDigest('image', 0),
    outcome: 'refused',
    failure: { reason: `Requested image referenced by manifest list: [${fakeDigest('index', 0)}]` },
    pushedAt: '2023-11-14T22:13:20.000Z',
    lastPulledAt: '2023-11-14T22:15:00.000Z',
    imageSizeBytes: 1000,
  })
  const batches = fake.seen.filter((_, place) => fake.operations()[place] === 'BatchGetImage')
  expect(Math.max(...batches.map(({ body }) => JSON.parse(body).imageIds.length))).toBe(100)
}, 60_000)

test('no command asks for anything that changes a registry: only these four, and all of them', async () => {
  await using fake = startFakeEcr({ indexes: 2, throttleEvery: 1000 })
  const { run, policy } = await start(fake)
  const outcomes = [
    await run('lifecycle', 'preview', 'app-0'),
    await run('lifecycle', 'preview', 'app-0', '--policy', policy, '--registry-id', '123456789012'),
    await run('lifecycle', 'explain', 'app-0', 'v1'),
    await run('lifecycle', 'diff', 'app-0', policy, '--exit-code'),
    await run('lifecycle', 'lint', '--repository', 'app-0'),
  ]
  expect(outcomes.map(({ status }) => status)).toEqual([0, 0, 0, 3, 0])
  const denied = [await run('lifecycle', 'diff', '--all', policy), await run('lifecycle', 'lint', '--all')]
  for (const { status, stderr } of denied) {
    expect(status).toBe(1)
    expect(stderr).toMatch(/^app-3: http:\S+ refuses: You may not\.$/m)
    expect(stderr).toEndWith('lading: 1 of 150 repositories could not be looked at.\n')
  }
  expect(denied[0]?.stdout).toMatch(/\napp-0 +goes +sha256:1/)
  expect([...new Set(fake.operations())].toSorted()).toEqual([...ECR_READS].toSorted())
  expect(new Set(fake.seen.map(({ method, path }) => `${method} ${path}`))).toEqual(new Set(['POST /']))
  for (const seen of fake.seen) expect(seenAuthorization(seen)).toMatch(/^AWS4-HMAC-SHA256 .*\/ecr\/aws4_request/)
  const accounts = fake.seen.map(({ body }) => JSON.parse(body).registryId)
  expect([...new Set(accounts)]).toEqual([undefined, '123456789012'])
}, 60_000)

test.each([
  ['is no JSON', () => new Response('<html>')],
  ['is a refusal without a name', () => Response.json({ message: 'no' }, { status: 403 })],
])(
  'an answer that %s is not taken for one of ECR',
  async (_what, answer) => {
    await using fake = startFakeEndpoint(answer)
    const { run } = await start(fake)
    const { status, stdout, stderr } = await run('lifecycle', 'preview', 'app-0')
    expect([status, stdout]).toEqual([1, ''])
    expect(stderr).toMatch(/^lading: http:\S+ does not answer as Amazon ECR does \(status \d+\)\.\n$/)
  },
  30_000,
)

test('images without a digest or a time are refused, and move no cursor', async () => {
  await using fake = startFakeEndpoint(({ headers }) =>
    headers.get('x-amz-target')?.endsWith('DescribeImages') === true
      ? Response.json({ imageDetails: [{ imageDigest: '\u001b[2J' }] })
      : Response.json({ lifecyclePolicyText: EXPIRE_ALL }),
  )
  const { run } = await start(fake)
  const { status, stderr } = await run('lifecycle', 'preview', 'app-0')
  expect([status, stderr]).toEqual([
    1,
    'lading: An image is described without a digest or a time: {"imageDigest":"\\u001b[2J"}.\n',
  ])
}, 30_000)

test('a role for an Amazon ECR is assumed where AWS’s own tools would, and not at the ECR', async () => {
  await using sts = startFakeEndpoint(() => assumedRoleAnswer())
  await using fake = startFakeEcr({ indexes: 1, throttleEvery: 1000 })
  const home = await freshHome()
  await writeFile(join(home, 'token'), 'header.e30.signature')
  const environment = {
    HOME: home,
    AWS_REGION: 'eu-test-7',
    AWS_ENDPOINT_URL_STS: sts.url,
    AWS_ENDPOINT_URL_ECR: fake.url,
    AWS_ROLE_ARN: 'arn:aws:iam::000000000000:role/ci',
    AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'token'),
  }
  const shown = await runLading(['lifecycle', 'preview', 'app-0', '--ecr'], { environment })
  expect([shown.status, sts.seen.length]).toEqual([0, 1])
  for (const seen of fake.seen) expect(seenAuthorization(seen)).toContain('Credential=ASIAROLESESSION00000/')
}, 30_000)

test('without a region nobody knows where an Amazon ECR is', async () => {
  const environment = { HOME: await freshHome(), ...ROOT_KEY }
  expect(await runLading(['lifecycle', 'lint', '--all', '--ecr'], { environment })).toEqual({
    status: 2,
    stdout: '',
    stderr: 'lading: No region was named: give --region, or set AWS_REGION, or a region in the profile.\n',
  })
}, 30_000)

test('whoever stops reading ends it, without a word', async () => {
  await using fake = startFakeEcr({ indexes: 2000, throttleEvery: 100_000 })
  const home = await freshHome()
  const environment = { PATH: process.env.PATH ?? '', HOME: home, AWS_REGION: 'eu-test-7', ...ROOT_KEY }
  const main = join(import.meta.dir, '../../src/main/lading.ts')
  const command = `"$0" --no-env-file "$1" lifecycle preview app-0 --no-manifests --ecr-endpoint "$2" | head -c 10 >/dev/null`
  const script = `${command}; echo "\${PIPESTATUS[0]}"`
  const child = Bun.spawn(['bash', '-c', script, process.execPath, main, fake.url], {
    env: environment,
    stderr: 'pipe',
  })
  const [stdout, stderr] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  expect([stdout, stderr]).toEqual(['141\n', ''])
}, 30_000)
