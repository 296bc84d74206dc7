import { join } from 'node:path'
import { readJson } from '../support/read-json.ts'
import { homeOf } from './client-home.ts'
import { type CommandOptions, type Outcome, run, runRefused } from './command.ts'
import { ask, assertGone, findDigest } from './registry-http.ts'
import { assertEqual, assertIncludes, assertThat, type Client, type Step, step } from './steps.ts'
import { tool } from './tools.ts'
import type { World } from './world.ts'

const REPOSITORY = 'team-blue/cosign'
// Offline: a key of our own, no transparency log.
const SIGN = ['--yes', '--key', 'cosign.key', '--use-signing-config=false', '--tlog-upload=false']
const VERIFY = ['--key', 'cosign.pub', '--insecure-ignore-tlog']
const TAG_FORM = '--new-bundle-format=false'

export const cosign: Client = {
  name: 'cosign',
  needs: ['cosign', 'crane'],
  steps: (world) => [...prepareSteps(world), ...referrerFormSteps(world), ...tagFormSteps(world)],
}

async function cosignRun(world: World, args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  return await run([tool('cosign'), ...args], { ...environmentOf(world), ...options })
}

function environmentOf(world: World): CommandOptions {
  return { environment: { ...homeOf(world), COSIGN_PASSWORD: 'of-the-key' }, directory: world.directory }
}

/** The image to be signed, its children left out: cosign reads only the manifest. */
function subjectOf({ registry, images }: World): string {
  return `${registry.host}/${REPOSITORY}@${images.arm64.digest}`
}

function prepareSteps(world: World): readonly Step[] {
  const { registry, images, directory } = world
  return [
    step('login, an image to sign, and a key pair', async () => {
      const login = ['login', '-u', registry.accessKeyId, '--password-stdin', registry.host]
      await cosignRun(world, login, { input: registry.secretAccessKey })
      const layout = join(directory, 'layout')
      await run(['cp', '--recursive', '--link', images.layout, layout])
      await run(['rm', join(layout, 'index.json')])
      await Bun.write(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [images.arm64] }))
      const push = [tool('crane'), 'push', layout, `${registry.host}/${REPOSITORY}:arm64`]
      await run(push, environmentOf(world))
      await cosignRun(world, ['generate-key-pair'])
    }),
    step('verify refuses an image that is not signed', async () => {
      const verify = [tool('cosign'), 'verify', ...VERIFY, '--allow-http-registry', subjectOf(world)]
      await runRefused(verify, /no signatures found|no matching signatures/, environmentOf(world))
    }),
  ]
}

function referrerFormSteps(world: World): readonly Step[] {
  const { registry, images } = world
  return [
    step('sign and verify with the signature as a referrer', async () => {
      await cosignRun(world, ['sign', ...SIGN, '--allow-http-registry', subjectOf(world)])
      const { stdout } = await cosignRun(world, ['verify', ...VERIFY, '--allow-http-registry', subjectOf(world)])
      assertIncludes(stdout, images.arm64.digest, 'cosign verify')
    }),
    step('the signature is in the referrers list, and no fallback tag was needed', async () => {
      const response = await ask(registry, `/v2/${REPOSITORY}/referrers/${images.arm64.digest}`)
      assertIncludes(await response.text(), 'application/vnd.dev.sigstore.bundle', 'the referrers')
      await assertGone(registry, REPOSITORY, images.arm64.digest.replace(':', '-'))
    }),
    step('attest and verify-attestation', async () => {
      await Bun.write(join(world.directory, 'predicate.json'), '{"tested":true}')
      const about = ['--predicate', 'predicate.json', '--type', 'https://example.com/tested']
      await cosignRun(world, ['attest', ...SIGN, ...about, '--allow-http-registry', subjectOf(world)])
      const type = ['--type', 'https://example.com/tested', '--allow-http-registry']
      await cosignRun(world, ['verify-attestation', ...VERIFY, ...type, subjectOf(world)])
    }),
    step('tree shows what is attached', async () => {
      const { stdout, stderr } = await cosignRun(world, ['tree', '--allow-http-registry', subjectOf(world)])
      assertIncludes(stdout + stderr, 'https://sigstore.dev/cosign/sign/v1', 'cosign tree')
    }),
  ]
}

function tagFormSteps(world: World): readonly Step[] {
  const { registry, images } = world
  const tag = `${images.arm64.digest.replace(':', '-')}.sig`
  return [
    step('sign and verify with the signature under a tag, the older form', async () => {
      await cosignRun(world, ['sign', ...SIGN, TAG_FORM, '--allow-http-registry', subjectOf(world)])
      assertThat((await findDigest(registry, REPOSITORY, tag)) !== undefined, `there is no tag ${tag}`)
      const verify = ['verify', ...VERIFY, TAG_FORM, '--allow-http-registry', subjectOf(world)]
      assertIncludes((await cosignRun(world, verify)).stdout, images.arm64.digest, 'cosign verify')
    }),
    step('a second signature is added to the same tag', async () => {
      const annotated = ['sign', ...SIGN, TAG_FORM, '-a', 'approved=yes', '--allow-http-registry', subjectOf(world)]
      await cosignRun(world, annotated)
      const response = await ask(registry, `/v2/${REPOSITORY}/manifests/${tag}`)
      // The layers are the signatures; the length asserts the shape.
      const { layers } = await readJson<{ layers: readonly unknown[] }>(response)
      assertEqual(layers.length, 2, 'the number of signatures')
    }),
    step('clean removes the signatures under the tag', async () => {
      await cosignRun(world, ['clean', '--force', '--type', 'signature', '--allow-http-registry', subjectOf(world)])
      await assertGone(registry, REPOSITORY, tag)
    }),
  ]
}
