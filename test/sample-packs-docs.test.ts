import { expect, test } from 'vitest'
import { readRepositoryFile } from './shape/repository.ts'

const textOf = (path: string): string => readRepositoryFile(path).toString('utf8')

test('docs/packs.md lists every published pack that does not become ready on simulated machines, and no other', () => {
  const outcomes = JSON.parse(textOf('test/e2e/sample-packs.golden.json')) as Record<string, { state: string }>
  const exceptions = Object.keys(outcomes).filter((id) => outcomes[id]?.state !== 'Ready')
  const section = textOf('docs/packs.md').split('## Published packs, installed')[1] ?? ''
  const rows = [...section.matchAll(/^\| `([\w.-]+)` \| /gm)].map(([, id]) => id)
  expect(rows).toEqual(exceptions)
})
