import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { defaultHome, invocation, quoteForShell } from './invocation.ts'

test('the default home needs no mention', () => {
  expect(invocation(defaultHome(), 'up')).toBe('./atrium up')
  expect(invocation('/srv/atrium', 'get clusters')).toBe('./atrium --home /srv/atrium get clusters')
  expect(invocation("/srv/Ann's home", 'up')).toBe(`./atrium --home '/srv/Ann'\\''s home' up`)
})

test('a shell reads every quoted word as it was', () => {
  const words = ['plain', 'a b', "it's", '$HOME', 'a;b', '`x`', '"q"', '*', 'ü', '']
  const script = `printf '%s\\n' ${words.map(quoteForShell).join(' ')}`
  expect(execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\n').slice(0, -1)).toEqual(words)
})
