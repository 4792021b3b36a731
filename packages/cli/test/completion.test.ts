import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { completionScript } from '../src/output/completion.ts'
import { createProgram } from '../src/program.ts'

const folder = mkdtempSync(join(tmpdir(), 'atrium-completion-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0
const kinds = { get: ['cluster', 'profile'] }

function scriptFile(shell: string): string {
  const file = join(folder, `${shell}.script`)
  writeFileSync(file, completionScript(createProgram(), shell, kinds))
  return file
}

/** What bash offers for the last word. */
function bashOffers(...words: string[]): string[] {
  const quoted = words.map((word) => `'${word}'`).join(' ')
  const script = `source '${scriptFile('bash')}'; COMP_WORDS=(atrium ${quoted}); COMP_CWORD=${words.length}; _atrium; printf '%s\\n' "\${COMPREPLY[@]}"`
  return execFileSync('bash', ['-c', script], { encoding: 'utf8', cwd: folder }).trim().split('\n')
}

test('bash offers commands, kinds, verbs of a noun and options, also behind options', () => {
  expect(bashOffers('des')).toEqual(['describe'])
  expect(bashOffers('get', 'pro')).toEqual(['profile'])
  expect(bashOffers('local', 'm')).toEqual(['machine'])
  expect(bashOffers('local', 'machine', 's')).toEqual(['stop', 'start'])
  expect(bashOffers('--home', '/x', 'context', 'u')).toEqual(['use'])
  expect(bashOffers('get', 'cluster', '--wa')).toEqual(['--watch'])
  expect(bashOffers('get', '--con')).toEqual(['--context', '--config'])
})

test.skipIf(!has('fish'))('fish offers the same', () => {
  const offers = (line: string): string[] =>
    execFileSync('fish', ['-c', `source '${scriptFile('fish')}'; complete -C'${line}'`], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((one) => one.split('\t')[0] ?? '')
  expect(offers('atrium des')).toEqual(['describe'])
  expect(offers('atrium get pro')).toEqual(['profile'])
  expect(offers('atrium local machine st')).toEqual(['start', 'stop'])
  expect(offers('atrium get cluster --wa')).toEqual(['--watch'])
})

test.skipIf(!has('zsh'))('zsh reads its script, and finds the command among the words', () => {
  const script = `compdef() { : }; compadd() { shift; print -l -- "$@" }; source '${scriptFile('zsh')}'
words=(atrium --home /x local machine s); CURRENT=6; _atrium`
  const offered = execFileSync('zsh', ['-f', '-c', script], { encoding: 'utf8' }).trim().split('\n')
  expect(offered.slice(0, 4)).toEqual(['list', 'stop', 'start', 'terminate'])
})
