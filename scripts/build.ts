/** `npm run build`: one self-contained executable, `dist/lading`, that does what `npm start` does. */
import { mkdir, rm, stat } from 'node:fs/promises'

const OUT = 'dist/lading'

await rm('dist', { recursive: true, force: true })
await mkdir('dist')
const result = await Bun.build({
  entrypoints: ['src/main/lading.ts'],
  target: 'bun',
  // What a command does not import is not even read: a server starts without the command line, and the other way round.
  splitting: true,
  format: 'esm',
  // Names stay readable in stack traces; what is saved by shortening them is nothing beside Bun itself.
  minify: { whitespace: true, syntax: true, identifiers: false },
  sourcemap: 'inline',
  compile: { outfile: OUT, autoloadDotenv: false, autoloadBunfig: false },
})
for (const message of result.logs) console.error(message)
// They are in the executable, too.
for (const path of new Bun.Glob('dist/*.map').scanSync('.')) await rm(path)
const child = Bun.spawnSync([OUT, 'version'])
if (!result.success || child.exitCode !== 0) process.exit(1)
console.log(`${OUT}: ${child.stdout.toString().trim()}, ${((await stat(OUT)).size / 1024 ** 2).toFixed(0)} MiB`)
