import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { rolldown } from 'rolldown'

/**
 * Writes the command line of a release as one file that needs nothing but Node: `npm run bundle [FOLDER]`, `dist` unless it is named.
 * Licences of what is bundled stand at its end.
 */
const root = resolve(import.meta.dirname, '../../..')
const folder = resolve(process.argv[2] ?? join(root, 'dist'))
const file = join(folder, 'atrium.mjs')

const bundle = await rolldown({
  input: join(root, 'packages/cli/src/release.ts'),
  platform: 'node',
  onLog: (level, log) => {
    if (level === 'warn') throw new Error(`the bundler warns: ${log.message}`)
  },
})
const { output } = await bundle.generate({
  format: 'esm',
  codeSplitting: false,
  minify: { compress: true, mangle: false },
})
await bundle.close()
const [chunk, ...others] = output
if (others.length > 0) throw new Error(`more than one file: ${others.map(({ fileName }) => fileName).join(', ')}`)

mkdirSync(folder, { recursive: true })
writeFileSync(file, `#!/usr/bin/env node\n${chunk.code}\n${licencesOf(chunk.moduleIds)}\n`)
chmodSync(file, 0o755)
process.stdout.write(`${file}\n`)

/** Of every package of others that the modules belong to, as a comment. */
function licencesOf(modules: readonly string[]): string {
  const packages = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []))
  const texts = [...packages].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Record<
      string,
      string
    >
    const licence = readdirSync(path).find((one) => /^licen[cs]e/i.test(one))
    if (licence === undefined || !existsSync(join(path, licence))) throw new Error(`${name} brings no licence`)
    return `${name} ${version} (${license})\n\n${readFileSync(join(path, licence), 'utf8').trim()}`
  })
  return `/*\nThis file holds:\n\n${texts.join('\n\n').replaceAll('*/', '* /')}\n*/`
}
