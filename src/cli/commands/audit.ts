import { open, readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { AuditReport } from '../../core/audit/audit-report.ts'
import { verifyAudit } from '../audit-verify.ts'
import { CliProblem, reasonOf } from '../cli-problem.ts'
import { type CliContext, openClient, printAnswer } from '../context.ts'
import { displayable } from '../displayable.ts'
import { linesOf } from '../lines-of.ts'
import { listOf, textOf } from '../members.ts'

export function addAuditCommands(audit: Command, context: CliContext): void {
  audit
    .command('export')
    .description("print the account's sealed records with their signed checkpoints, one JSON object on each line")
    .option('--from <number>', 'begin at this record, or before it where it can be verified from')
    .action(async ({ from }: { from?: string }, command: Command) => await exportTrail(context, command, from))
  audit
    .command('public-key')
    .description('print the public keys that checkpoints are signed with, one on each line, the newest first')
    .option('--pem', 'as PEM')
    .action(async ({ pem }: { pem?: true }, command: Command) => {
      const answer = await openClient(context, command).call({ method: 'GET', path: '/audit/keys' })
      const keys = listOf(answer, 'keys').map((key) => (textOf(key, pem === true ? 'pem' : 'text') ?? '').trimEnd())
      printAnswer(context, command, answer, () => keys.map((key) => `${key}\n`).join(''))
    })
  audit
    .command('verify')
    .description('check an export, without asking any server')
    .argument('<file>', 'what `lading audit export` printed')
    .requiredOption('--public-key <key>', 'ed25519:…, or a file with the keys')
    .option('--kept <file>', 'checkpoints that were kept elsewhere, one on each line: they must be in it')
    .action(async (file: string, given: VerifyOptions, command: Command) => {
      const report = await verifyFile(file, given)
      printAnswer(context, command, report, () => (report.ok ? goodNews(report) : ''))
      if (!report.ok) throw new CliProblem(displayable(badNews(report)))
    })
}

interface VerifyOptions {
  readonly publicKey: string
  readonly kept?: string
}

const END = '{"end":'

async function exportTrail(context: CliContext, command: Command, from: string | undefined): Promise<void> {
  const query = from === undefined ? '' : `?from=${encodeURIComponent(from)}`
  const body = await openClient(context, command).stream(`/audit/export${query}`)
  const tail = new Tail()
  try {
    for await (const chunk of body) {
      tail.add(chunk)
      await context.write(chunk)
    }
  } catch (error) {
    throw new CliProblem(`The export broke off: ${reasonOf(error).replace(/\.$/, '')}.`, { cause: error })
  }
  if (!tail.lastLine.startsWith(END)) throw new CliProblem('The export broke off: its end is missing.')
}

/** The end of what came, to see whether it is one. */
class Tail {
  #bytes: Buffer = Buffer.alloc(0)

  add(chunk: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]).subarray(-1024)
  }

  get lastLine(): string {
    return this.#bytes.toString().trimEnd().split('\n').at(-1) ?? ''
  }
}

async function verifyFile(file: string, { publicKey, kept }: VerifyOptions): Promise<AuditReport> {
  const isText = publicKey.startsWith('ed25519:') || publicKey.includes('-----BEGIN')
  const keys = isText ? publicKey : await readText(publicKey, 'public key')
  const keptText = kept === undefined ? '' : await readText(kept, 'file of kept checkpoints')
  await using opened = await openFile(file)
  try {
    return await verifyAudit(linesOf(opened.readableWebStream()), keys, keptText)
  } catch (error) {
    throw new CliProblem(reasonOf(error), { cause: error })
  }
}

async function openFile(path: string) {
  try {
    return await open(path, 'r')
  } catch (error) {
    throw new CliProblem(`The export ${path} cannot be read: ${reasonOf(error)}.`, { cause: error })
  }
}

async function readText(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new CliProblem(`The ${what} ${path} cannot be read: ${reasonOf(error)}.`, { cause: error })
  }
}

function badNews({ line, sequence, message }: Extract<AuditReport, { ok: false }>): string {
  return `The trail is bad at record ${sequence}, line ${line}: ${message}`
}

/** Whose it is stands in the file too, and somebody has to compare that. */
function goodNews({ message, installation, signedAtMs }: Extract<AuditReport, { ok: true }>): string {
  if (installation === undefined || signedAtMs === undefined) return `${displayable(message)}\n`
  const signed = `Signed last at ${new Date(signedAtMs).toISOString()} by installation ${installation}.`
  return `${displayable(message)}\n${displayable(signed)}\n`
}
