import { expect, test } from 'vitest'
import { changedPolicy, readLayer } from './policy.ts'

test('a layer is set, or follows the cluster again; the others stay', () => {
  const before = { drift: 'heal', nodes: 'heal', layers: { 'apps/web': 'alert', 'apps/db': 'alert' } } as const
  const layer = readLayer('base/cni=alert', readLayer('apps/web=inherit'))
  expect(changedPolicy(before, { layer, nodes: 'alert' })).toEqual({
    ...{ drift: 'heal', nodes: 'alert' },
    layers: { 'apps/db': 'alert', 'base/cni': 'alert' },
  })
})

test.each(['apps/web', '=heal', 'apps/web=off'])('%s names no layer with what happens to it', (text) => {
  expect(() => readLayer(text)).toThrow('PROFILE/LAYER=heal')
})
