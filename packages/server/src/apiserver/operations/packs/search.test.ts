import type { v1PackFilterSpec, v1PackSortSpec } from '@atrium/api/generated/operations.d.ts'
import { expect, test } from 'vitest'
import { facetOf, type PackRow } from '../../../content/pack-rows.ts'
import type { Paging } from '../../shapes/lists.ts'
import { packFilter, searchPacks } from './search.ts'

const pack = (name: string, version: string, given: Partial<PackRow['spec']> = {}): PackRow => {
  const spec = {
    ...{ registryUid: 'r', version, displayName: `The ${name}`, layer: 'addon' as const, addonType: 'logging' },
    ...{ cloudTypes: ['all'], repository: name, digest: 'sha256:0', annotations: {} },
    ...given,
  }
  return { uid: `${name}-${version}`, facet: facetOf(spec), meta: { name } as PackRow['meta'], spec }
}
const groups = [
  [pack('cilium', '2', { layer: 'cni' }), pack('cilium', '1', { layer: 'cni', cloudTypes: ['aws'] })],
  [pack('loki', '2', { registryUid: 'other', annotations: { source: 'community' } }), pack('loki', '1')],
  [pack('Prometheus', '1', { addonType: 'monitoring', type: 'helm', annotations: { system_state: 'deprecated' } })],
]
const page = (filter: v1PackFilterSpec, paging: Paging = {}, sort?: v1PackSortSpec[]) => {
  const { items, ...rest } = searchPacks(groups, packFilter(filter), sort, paging)
  return { items: items.map((found) => found.map(({ uid }) => uid).join(' ')), ...rest }
}
const search = (filter: v1PackFilterSpec) => page(filter).items

const all = ['cilium-2 cilium-1', 'loki-2 loki-1', 'Prometheus-1']
test.each<[string, v1PackFilterSpec, string[]]>([
  ['nothing', {}, all],
  ['everything', { layer: [], type: null, addOnType: ['all'], environment: ['all', 'x'], name: {} }, all],
  ['a name, whatever its letters', { name: { contains: 'PROM' } }, ['Prometheus-1']],
  ['a name, letter for letter', { name: { beginsWith: 'p', ignoreCase: false } }, []],
  ['another name', { name: { ne: 'loki' } }, ['cilium-2 cilium-1', 'Prometheus-1']],
  ['a title', { displayName: { eq: 'the loki' } }, ['loki-2 loki-1']],
  ['a layer', { layer: ['cni'] }, ['cilium-2 cilium-1']],
  ['a type', { type: ['helm'] }, ['Prometheus-1']],
  ['a registry', { registryUid: ['other'] }, ['loki-2']],
  ['a source', { source: ['community'] }, ['loki-2']],
  ['a cloud: what is for all is for it', { environment: ['gcp'] }, ['cilium-2', 'loki-2 loki-1', 'Prometheus-1']],
  ['a kind of add-on: other layers have none', { addOnType: ['monitoring'] }, ['cilium-2 cilium-1', 'Prometheus-1']],
  ['a kind within a kind: no pack has one', { addOnSubType: ['db'] }, ['cilium-2 cilium-1']],
  ['a state', { state: ['deprecated', 'disabled'] }, ['Prometheus-1']],
  ['what is FIPS compliant: no pack says so', { isFips: true }, []],
])('a search for %s finds the versions that pass, by pack', (_what, filter, expected) => {
  expect(search(filter)).toEqual(expected)
})

test('the other way round when asked for', () => {
  expect(page({}, {}, [{ order: 'desc' }]).items).toEqual(all.toReversed())
})

test.each<[v1PackSortSpec[], string[]]>([
  [[{ field: 'layer' }], ['loki-2', 'Prometheus-1', 'cilium-2']],
  [[{ field: 'addOnType', order: 'desc' }], ['Prometheus-1', 'cilium-2', 'loki-2']],
  [
    [{ field: 'type' }, { field: 'displayName', order: 'desc' }],
    ['Prometheus-1', 'loki-2', 'cilium-2'],
  ],
  [[{ field: null }], ['cilium-2', 'loki-2', 'Prometheus-1']],
])('in the order of %o, and by name where that is equal', (sort, expected) => {
  expect(page({}, {}, sort).items.map((versions) => versions.split(' ')[0])).toEqual(expected)
  const { items, count, continue: token } = page({}, { limit: 1, offset: 1 }, sort)
  expect([items[0]?.split(' ')[0], count, token]).toEqual([expected[1], 3, '2'])
})

test('page by page, with the number of all', () => {
  const filter = { addOnType: ['logging'] }
  expect(page(filter, { limit: 1 })).toEqual({ items: [all[0]], count: 2, start: 0, continue: '1' })
  expect(page(filter, { limit: 1, continue: '1' })).toEqual({ items: [all[1]], count: 2, start: 1 })
  expect(page(filter, { offset: 2 })).toEqual({ items: [], count: 2, start: 2 })
  expect(page({}, { limit: 2 }, [{ order: 'desc' }])).toEqual({
    items: all.toReversed().slice(0, 2),
    count: 3,
    start: 0,
    continue: '2',
  })
})
