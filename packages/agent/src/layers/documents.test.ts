import { expect, test } from 'vitest'
import { ManifestError, readObjects } from './documents.ts'

test('reads every document, opens lists, skips empty ones', () => {
  const text = `# only a comment
---
apiVersion: v1
kind: ConfigMap
metadata: { name: a }
---
---
apiVersion: v1
kind: List
items:
  - { apiVersion: v1, kind: ConfigMap, metadata: { name: b } }
  - { apiVersion: v1, kind: ConfigMap, metadata: { name: c } }
`
  expect(readObjects(text, 'x').map((object) => object.metadata.name)).toEqual(['a', 'b', 'c'])
  expect(readObjects('', 'x')).toEqual([])
  expect(readObjects('{"apiVersion":"v1","kind":"A","metadata":{"name":"j"}}', 'x')).toHaveLength(1)
})

test('reads scalars as helm and kubectl do', () => {
  const [object] = readObjects(
    'apiVersion: v1\nkind: A\nmetadata: { name: a }\nspec: { on: yes, mode: 0644, port: 22:22, day: 2024-01-01 }',
    'x',
  )
  expect(object?.spec).toEqual({ true: true, mode: 420, port: '22:22', day: '2024-01-01' })
})

test.each([
  ['no name', 'apiVersion: v1\nkind: ConfigMap\n', 'x: document 1: needs apiVersion, kind and metadata.name'],
  ['broken YAML', 'a: [1\nb: 2', 'x: document 1: '],
  ['a template', 'apiVersion: v1\nkind: {{ .Kind }}\nmetadata: { name: a }', 'x: document 1: '],
])('names file and document: %s', (_name, text, message) => {
  expect(() => readObjects(text, 'x')).toThrow(ManifestError)
  expect(() => readObjects(text, 'x')).toThrow(message)
})
