import type { v1SearchFilterItem } from '@atrium/api/generated/operations.d.ts'
import { expect, test } from 'vitest'
import { clusterFilter, type SearchRow } from './search.ts'

const row = (name: string, labels: Record<string, string>): SearchRow => ({
  ...{ uid: `uid-${name}`, name, project: 'p', labels, createdAt: '', modifiedAt: '' },
  tags: Object.entries(labels).map(([key, value]) => (value === 'spectro__tag' ? key : `${key}:${value}`)),
  ...{ cloudType: 'aws', cloudAccountUid: '', state: 'Running', health: 'Healthy', kubernetesVersion: '' },
  ...{ profiles: [], printed: {} as SearchRow['printed'] },
})
const rows = [row('prod', { env: 'Live', plain: 'spectro__tag' }), row('PROD', { env: 'test' }), row('other', {})]

type Condition = NonNullable<v1SearchFilterItem['condition']>
const find = (property: string, condition: Condition): string[] => {
  const filter = clusterFilter({ filterGroups: [{ filters: [{ property, condition }] }] })
  return rows.filter(filter).map(({ name }) => name)
}
const match = (...values: string[]) => ({ match: { values } })

test.each<[string, string, Condition, string[]]>([
  ['a name, letter for letter', 'clusterName', { string: match('prod') }, ['prod']],
  ['a name, whatever its letters', 'clusterName', { string: { ...match('Prod'), ignoreCase: true } }, ['prod', 'PROD']],
  ['a tag', 'tags', { string: match('env:Live') }, ['prod']],
  ['the value of a label', 'tags', { keyValue: { key: 'env', ...match('Live', 'none') } }, ['prod']],
  ['a value whatever its letters', 'tags', { keyValue: { key: 'env', ...match('LIVE'), ignoreCase: true } }, ['prod']],
  ['another value', 'tags', { keyValue: { key: 'env', ...match('Live'), negation: true } }, ['PROD', 'other']],
  ['a label', 'tags', { keyValue: { key: 'env' } }, ['prod', 'PROD']],
  ['no such label', 'tags', { keyValue: { key: 'plain', negation: true } }, ['PROD', 'other']],
])('a search for %s', (_what, property, condition, expected) => {
  expect(find(property, condition)).toEqual(expected)
})

test.each<[string, Condition]>([
  ['clusterName', { keyValue: { key: 'env', ...match('Live') } }],
  ['k8sVersion', { int: { operator: 'gt' } }],
  ['isDeleted', { string: match('true') }],
])('a condition of another type on %s is refused, and does not find everything', (property, condition) => {
  expect(() => find(property, condition)).toThrow(/is searched by a condition of type/)
})
