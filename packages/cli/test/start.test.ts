import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { succeed } from './support/run-here.ts'

const folder = mkdtempSync(join(tmpdir(), 'atrium-start-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Names each module of ours on standard error as it is read. */
const telling = `data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from 'node:module'
registerHooks({ load: (url, context, next) => (process.stderr.write(url + '\\n'), next(url, context)) })`,
)}`

function modulesOf(...args: string[]): string {
  const main = join(import.meta.dirname, '../src/main.ts')
  return spawnSync(process.execPath, [`--import=${telling}`, main, '--home', folder, ...args], { encoding: 'utf8' })
    .stderr
}

test('commands read the libraries for packs only when they are about packs', () => {
  expect(modulesOf('version')).not.toMatch(/packages\/pack\/|node_modules\/(tar|yauzl)\//)
  expect(modulesOf('pack', 'lint', '--help')).toMatch(/packages\/pack\//)
})

test('the verbs of packs are shown by help and completion', async () => {
  expect(await succeed('pack', '--help')).toContain('lint')
  expect(await succeed('help', 'pack')).toContain('lint')
  expect(await succeed('completion', 'bash')).toContain("'pack lint'")
  expect(await succeed('pack', 'help', 'lint')).toContain('--no-render')
})
