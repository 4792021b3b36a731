import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { errorStatus } from '../src/errors.ts'

/** Between workers only. */
const internal = new Set(['LeaseLost'])

test('docs/errors.md explains every code under its status, and no other', () => {
  const text = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8')
  const documented = [...text.matchAll(/^\| (\w+) \| (\d{3}) \|/gm)].map(([, code, status]) => [code, Number(status)])
  const sent = Object.entries(errorStatus).filter(([code]) => !internal.has(code))
  const byCode = (a: unknown[], b: unknown[]): number => (String(a[0]) < String(b[0]) ? -1 : 1)
  expect(documented.sort(byCode)).toEqual(sent.sort(byCode))
})

test('no code travels under a status that makes clients repeat the request for an hour', () => {
  expect(Object.values(errorStatus).filter((status) => status > 500)).toEqual([])
})
