import type { AttachedProfile } from '@atrium/api/kinds/cluster.ts'
import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import { desiredContentKey } from '@atrium/api/link/layer-content.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { buildDesiredState } from './desired-state.ts'
import { planLayers } from './plan-update.ts'
import { type ResolveContext, resolveLayers } from './resolve.ts'

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

/** What the agent compares of a layer that is sent to it. */
const keyAtAgent = (change: Partial<ProfileLayer>): string => {
  const { layers, sensitive, kubernetesVersion } = resolveLayers([profile([layer('a', change)])], context())
  const built = buildDesiredState(
    {
      ...{ clusterUid: 'c', clusterName: 'c', kubernetesVersion, layers, sensitive },
      policy: { drift: 'heal', nodes: 'heal' },
    },
    undefined,
    1,
  )
  if (!built.ok || !built.state.layers[0]) throw new Error('no desired state')
  return desiredContentKey(built.state.layers[0])
}

describe('planLayers', () => {
  it.each([
    ['nothing', layer('a'), layer('a'), 'unchanged', ''],
    ['another uid with the same content', layer('a'), layer('a', { packUid: 'other' }), 'unchanged', ''],
    ['a version that brings the same', layer('a'), layer('a', { version: '1.1.0' }), 'unchanged', ''],
    [
      'a version',
      layer('a'),
      layer('a', { version: '1.1.0', manifests: manifest('x: 1') }),
      'changed',
      'version 1.0.0 → 1.1.0, manifest one.yaml',
    ],
    [
      'the order of manifests',
      layer('a', { manifests: [...manifest('x: 1'), { uid: 'n', name: 'two.yaml', content: 'y: 1' }] }),
      layer('a', { manifests: [{ uid: 'n', name: 'two.yaml', content: 'y: 1' }, ...manifest('x: 1')] }),
      'changed',
      'order of the manifests',
    ],
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

  it('says of a profile of another name that its layers go on', () => {
    const renamed = profile([layer('a')], { uid: 'q', name: 'renamed' })
    const plan = planLayers([profile([layer('a'), layer('b')])], [renamed], { before: context(), after: context() })
    expect(plan.layers).toMatchObject([
      { id: 'renamed/a', change: 'added' },
      { id: 'apps/a', change: 'removed', why: expect.stringContaining('goes on as renamed/a') },
      { id: 'apps/b', change: 'removed', why: expect.stringContaining('what it created is removed; definitions') },
    ])
  })

  it('calls changed exactly what the agent will touch', () => {
    const some = (...values: string[]) => fc.constantFrom(...values)
    const files = fc.uniqueArray(
      fc.record({ uid: some('m', 'n'), name: some('x', 'y'), content: some('a: 1', 'b: 1') }),
      {
        selector: ({ name }) => name,
      },
    )
    const values = some(
      'a: 1\n',
      'a: 2\n',
      'pack:\n  namespace: shop\n',
      'pack:\n  spectrocloud.com/install-priority: "5"\n',
    )
    const change = fc.record({ values, manifests: files, version: some('1', '2'), packUid: some('p', 'q') })
    fc.assert(
      fc.property(change, change, (before, after) => {
        const [plan] = changes([layer('a', before)], [layer('a', after)]).layers
        expect(plan?.change === 'unchanged').toBe(keyAtAgent(before) === keyAtAgent(after))
        expect(plan?.why === '').toBe(plan?.change === 'unchanged')
      }),
    )
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
