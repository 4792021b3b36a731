import { expect, test } from 'vitest'
import { ComingKinds } from './coming-kinds.ts'

test('helm misses kinds that are coming, or others', () => {
  const coming = new ComingKinds()
  const object = {
    ...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.a.b' } },
    spec: { group: 'a.b', names: { kind: 'Widget' } },
  }
  coming.add([{ object, manager: 'helm', keep: true, adopted: false }])
  expect(coming.has({ apiVersion: 'a.b/v2', kind: 'Widget' })).toBe(true)
  expect(coming.has({ apiVersion: 'apps/v1', kind: 'Deployment' })).toBe(false)
  const misses = (...kinds: string[]): string =>
    kinds.map((kind) => `object x/y: no matches for kind "${kind}" in version "a.b/v1"`).join('; ')
  expect(coming.explain(misses('Widget', 'Widget'))).toBe(true)
  expect(coming.explain(misses('Widget', 'Gadget'))).toBe(false)
  expect(coming.explain('template: no way')).toBe(false)
})
