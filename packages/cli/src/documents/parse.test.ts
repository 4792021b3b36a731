import { expect, test } from 'vitest'
import { idOf } from './document.ts'
import { parseSources } from './parse.ts'

const parse = (...contents: string[]): string[] =>
  parseSources(contents.map((content, index) => ({ name: `${index}.yaml`, content }))).map(({ document }) =>
    idOf(document),
  )

const project = 'apiVersion: atrium.dev/v1\nkind: Project\nmetadata: {name: web}\n'
const macro = 'apiVersion: atrium.dev/v1\nkind: Macro\nmetadata: {name: site}\nspec: {value: north}\n'

test('documents come in the order they depend on each other', () => {
  expect(parse(`${macro}---\n`, `# nothing\n---\n${project}`)).toEqual(['project/web', 'macro/site'])
})

test.each([
  ['apiVersion: v1\nkind: Project', "0.yaml: apiVersion: 'v1' is not one of atrium.dev/v1."],
  [`${macro.replace('north', '1.0')}`, '0.yaml: spec.value: is read as the number 1. Put what you wrote in quotes.'],
  [
    `${project}---\n${macro.replace('value', 'valu')}`,
    '0.yaml, document 2: spec.valu: is no field of this. There are: value.',
  ],
  [`${project}---\n${macro.replace('value', 'valu')}`, '0.yaml, document 2: spec.value: is missing. Give it.'],
  [`${project}---\n${project}`, '0.yaml, document 2: project/web is declared in 0.yaml, document 1 already.'],
  [
    'apiVersion: atrium.dev/v1\nkind: Cluster\nmetadata: {name: c}\nspec: {policy: {layers: {apps/web: off}}}',
    "0.yaml: spec.policy.layers.apps/web: 'off' is not one of heal, alert.",
  ],
  ['- 1', '0.yaml: is no document. Begin with: apiVersion: atrium.dev/v1'],
])('%j is refused, saying where, what and what to do', (text, message) => {
  expect(() => parse(text)).toThrow(message)
})
