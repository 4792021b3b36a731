import type { v1PackFilterSpec } from '@atrium/api/generated/operations.d.ts'
import { expect, test } from 'vitest'
import type { PackRow } from '../../../content/pack-rows.ts'
import { packFilter, searchPacks } from './search.ts'

const pack = (name: string, version: string, spec: Partial<PackRow['spec']> = {}): PackRow => ({
  uid: `${name}-${version}`,
  meta: { name } as PackRow['meta'],
  spec: {
    ...{ registryUid: 'r', version, displayName: `The ${name}`, layer: 'addon', addonType: 'logging' },
    ...{ cloudTypes: ['all'], repository: name, digest: 'sha256:0', annotations: {} },
    ...spec,
  },
})
const groups = [
  [pack('cilium', '2', { layer: 'cni' }), pack('cilium', '1', { layer: 'cni', cloudTypes: ['aws'] })],
  [pack('loki', '2', { registryUid: 'other', annotations: { source: 'community' } }), pack('loki', '1')],
  [pack('Prometheus', '1', { addonType: 'monitoring', type: 'helm' })],
]
const search = (filter: v1PackFilterSpec, order?: 'desc') =>
  searchPacks(groups, packFilter(filter), order && [{ order }]).map((found) => found.map(({ uid }) => uid).join(' '))

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
])('a search for %s finds the versions that pass, by pack', (_what, filter, expected) => {
  expect(search(filter)).toEqual(expected)
})

test('the other way round when asked for', () => {
  expect(search({}, 'desc')).toEqual(all.toReversed())
})
