import type { AttachedProfile } from '@atrium/api/kinds/cluster.ts'
import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import { describe, expect, it } from 'vitest'
import { planLayers } from './plan-update.ts'
import type { ResolveContext } from './resolve.ts'

const layer = (name: string, change: Partial<ProfileLayer> = {}): ProfileLayer => ({
  name,
  type: 'manifest',
  layer: 'addon',
  tag: '1.0.0',
  version: '1.0.0',
  registryUid: '',
  packUid: `pack-${name}`,
  values: 'a: 1\n',
  manifests: [],
  ...change,
})
const profile = (layers: ProfileLayer[], change: Partial<AttachedProfile> = {}): AttachedProfile => ({
  uid: 'p',
  name: 'apps',
  version: '1.0.0',
  type: 'add-on',
  cloudType: 'local',
  layers,
  variables: [],
  variableValues: {},
  ...change,
})
const context = (macros: Record<string, string> = {}): ResolveContext => ({
  packs: new Map(),
  macros,
  system: {},
  sealed: new Map(),
})
const manifest = (content: string) => [{ uid: 'm', name: 'one.yaml', content }]

const changes = (before: ProfileLayer[], after: ProfileLayer[], macros: [object, object] = [{}, {}]) => {
  const [old, fresh] = macros as [Record<string, string>, Record<string, string>]
  return planLayers([profile(before)], [profile(after)], { before: context(old), after: context(fresh) })
}

describe('planLayers', () => {
  it.each([
    ['nothing', layer('a'), layer('a'), 'unchanged', ''],
    ['another uid with the same content', layer('a'), layer('a', { packUid: 'other' }), 'unchanged', ''],
    ['a version', layer('a'), layer('a', { version: '1.1.0' }), 'changed', 'version 1.0.0 → 1.1.0'],
    ['values', layer('a'), layer('a', { values: 'a: 2\n' }), 'changed', 'values'],
    [
      'a manifest',
      layer('a', { manifests: manifest('x: 1') }),
      layer('a', { manifests: manifest('x: 2') }),
      'changed',
      'manifest one.yaml',
    ],
  ])('%s', (_name, before, after, change, why) => {
    expect(changes([before], [after]).layers).toEqual([{ id: 'apps/a', profileUid: 'p', change, why }])
  })

  it('tells layers that come and go', () => {
    const plan = changes([layer('gone'), layer('stays')], [layer('stays'), layer('fresh')])
    expect(plan.layers.map(({ id, change }) => [id, change])).toEqual([
      ['apps/stays', 'unchanged'],
      ['apps/fresh', 'added'],
      ['apps/gone', 'removed'],
    ])
  })

  it('sees through macros: only layers whose resolved text differs change', () => {
    const layers = [layer('a', { values: 't: "{{.spectro.macro.x}}"\n' }), layer('b')]
    const plan = changes(layers, layers, [{ x: '1' }, { x: '2' }])
    expect(plan.layers.map(({ change }) => change)).toEqual(['changed', 'unchanged'])
  })

  it('lists why the new profiles cannot be installed, and removes nothing on paper for that', () => {
    const plan = changes(
      [layer('a'), layer('b')],
      [layer('a', { values: 't: "{{.spectro.macro.none}}"\n' }), layer('b')],
    )
    expect(plan.problems[0]?.message).toContain("define macro 'none'")
    expect(plan.layers).toEqual([{ id: 'apps/b', profileUid: 'p', change: 'unchanged', why: '' }])
  })
})
