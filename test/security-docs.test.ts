import { expect, test } from 'vitest'
import { readRepositoryFile, repositoryFiles } from './shape/repository.ts'

const read = (path: string): string => readRepositoryFile(path).toString('utf8')

/** The last column of the table of promises: a test file, and words of the title of a test in it. */
const promises = [...read('docs/security.md').matchAll(/\| `([\w./-]+\.test\.ts)`: (.+) \|$/gm)].map(
  ([, path = '', title = '']) => ({ path, title }),
)

test('every promise of docs/security.md names a test that exists', () => {
  const files = new Set(repositoryFiles())
  const broken = promises.filter(({ path, title }) => !files.has(path) || !read(path).includes(title))
  expect(broken).toEqual([])
  expect(promises.length).toBeGreaterThan(25)
})
