import { chmodSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { addContext, type Context, contextNamed, readContexts, removeContext, writeContexts } from './contexts.ts'

const folder = mkdtempSync(join(tmpdir(), 'atrium-contexts-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'deep', 'contexts.json')

const context: Context = { url: 'https://a:8443', ca: null, apiKey: 'k', project: null }
const none = { current: null, contexts: {} }

test('contexts are kept for their owner alone, and refused when others may read them', () => {
  expect(readContexts(file)).toEqual(none)
  const contexts = addContext(none, 'a', context)
  writeContexts(file, contexts)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readContexts(file)).toEqual({ current: 'a', contexts: { a: context } })
  chmodSync(file, 0o640)
  expect(() => readContexts(file)).toThrow(`chmod 600 ${file}`)
})

test('the context in use is no longer in use once it is removed', () => {
  const two = addContext(addContext(none, 'a', context), 'b', context)
  expect(two.current).toBe('b')
  expect(removeContext(two, 'a')).toEqual({ current: 'b', contexts: { b: context } })
  expect(removeContext(two, 'b')).toEqual({ current: null, contexts: { a: context } })
  expect(() => removeContext(two, 'c')).toThrow("There is no context 'c'. There are: a, b.")
  expect(() => contextNamed(none, 'constructor')).toThrow('Make one: ./atrium login URL')
})
