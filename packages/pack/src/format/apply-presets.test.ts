import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { applyPresets, enabledPresets, removePath } from './apply-presets.ts'
import type { Preset } from './presets.ts'

const preset = (name: string, add: string, over: Partial<Preset> = {}): Preset => ({
  name,
  displayName: name,
  group: 'Mode',
  remove: [],
  add,
  ...over,
})
const presets = [
  preset('small', 'charts:\n  web:\n    replicas: 1\n    store: memory\n', {
    remove: ['charts.web.disk', 'charts.none'],
  }),
  preset('large', 'charts:\n  web:\n    # many\n    replicas: 9\n    disk:\n      sizeGb: 5\n', {
    remove: ['charts.web.store'],
  }),
  preset('on', 'charts: {web: {ingress: {enabled: true}}}\n', { group: 'Ingress' }),
  preset('on', 'other: 1', { group: 'Other' }),
]
const values = `# spectrocloud.com/enabled-presets: Mode:small
# of the shop

charts:
  web:
    # how many
    replicas: 1 # for now
    store: memory
    image: web # kept
`

describe('presets', () => {
  it('take out, put in key by key, and are remembered on top; other letters stay', () => {
    expect(
      applyPresets(values, presets, ['Mode:large', 'Ingress:on']),
    ).toBe(`# spectrocloud.com/enabled-presets: Mode:large,Ingress:on
# of the shop

charts:
  web:
    # how many
    replicas: 9
    disk:
      sizeGb: 5
    image: web # kept
    ingress: {enabled: true}
`)
  })

  it('of a text without a comment get one, and chosen again change nothing', () => {
    const once = applyPresets('charts: {web: {image: x}}', presets, ['small'])
    expect(once.split('\n')[0]).toBe('# spectrocloud.com/enabled-presets: Mode:small')
    expect(parse(once)).toEqual({ charts: { web: { image: 'x', replicas: 1, store: 'memory' } } })
    expect(applyPresets(once, presets, ['small'])).toBe(once)
    expect([...enabledPresets(once)]).toEqual([['Mode', 'small']])
  })

  test.each([
    [['Mode:none'], /no preset 'Mode:none' \(there are: Mode:small/],
    [['on'], /more than one preset 'on'/],
    [['small', 'large'], /group 'Mode' takes one/],
  ])('%j is refused', (chosen, message) => {
    expect(() => applyPresets(values, presets, chosen)).toThrow(message)
  })

  it('a comment further below is no choice', () => {
    expect(enabledPresets('a: 1\n# spectrocloud.com/enabled-presets: Mode:small\n').size).toBe(0)
  })
})

describe('a removed path', () => {
  test.each([
    ['a:\n  b: 1\n  c: 2\n', 'a.b', 'a:\n  c: 2\n'],
    ['a:\n  b: 1\nc: 2\n', 'a.b', 'a: {}\nc: 2\n'],
    ['a: {b: 1, c: {d: 1}}\n', 'a.c.d', 'a:\n  b: 1\n  c: {}\n'],
    ['a.b/c:\n  d: |\n    text\n\n  e: 1\n', 'a.b/c.d', 'a.b/c:\n\n  e: 1\n'],
    ['a: 1\n', 'b.c', 'a: 1\n'],
  ])('%j without %s', (text, path, expected) => expect(removePath(text, path)).toBe(expected))

  it('is gone, and all else means what it did', () => {
    const leaf = fc.constantFrom<unknown>(1, 'x', true, { z: 1 }, [1], 'two\nlines\n')
    const tree = fc.dictionary(
      fc.constantFrom('a', 'b', 'c'),
      fc.oneof(leaf, fc.dictionary(fc.constantFrom('d', 'e'), leaf)),
    )
    fc.assert(
      fc.property(tree, fc.constantFrom('a', 'b', 'a.d', 'b.e', 'c.d.z'), fc.boolean(), (data, path, isFlow) => {
        const text = isFlow ? JSON.stringify(data) : stringify(data, { aliasDuplicateObjects: false })
        const expected = structuredClone(data)
        const keys = path.split('.')
        const last = keys.pop() ?? ''
        const parent = keys.reduce<unknown>((at, key) => (isTree(at) ? at[key] : undefined), expected)
        if (isTree(parent)) delete parent[last]
        expect(parse(removePath(text, path)) ?? {}).toEqual(expected)
      }),
      { seed: 7, numRuns: 60 },
    )
  })
})

const isTree = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
