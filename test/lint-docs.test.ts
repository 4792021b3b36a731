import { lintRules } from '@atrium/pack/lint/codes.ts'
import { expect, test } from 'vitest'
import { readRepositoryFile } from './shape/repository.ts'

test('docs/packs.md lists every code of lint, with its severity and meaning', () => {
  const text = readRepositoryFile('docs/packs.md').toString('utf8')
  const rows = [...text.matchAll(/^\| `([a-z-]+)` \| (error|warning|info) \| (.+) \|$/gm)].map(([, ...row]) => row)
  expect(rows).toEqual(Object.entries(lintRules).map(([code, { severity, what }]) => [code, severity, what]))
})
