import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parse, stringify } from 'yaml'
import { mergeValues } from './merge-values.ts'

const old = `# spectrocloud.com/enabled-presets: Mode:small
pack:
  namespace: web
  content:
    images:
      - image: web:1
charts:
  web:
    # how many
    replicas: 1
    image: {repository: web, tag: "1"}
    script: |
      echo one
    resources: {}
    gone: true
`
const fresh = `# spectrocloud.com/enabled-presets: Mode:small
pack:
  namespace: web
  content:
    images:
      - image: web:2
charts:
  web:
    # how many pods
    replicas: 1
    image: {repository: web, tag: "2"}
    script: |
      echo two
    resources: {}

    # new in 2
    probes:
      liveness: true
`
const merge = (yours: string, prefer?: 'yours' | 'new') => mergeValues({ old, yours, new: fresh }, prefer)

describe('values of a pack whose version changes', () => {
  it('follow the new default where nobody changed them, and stay where it did not', () => {
    const yours = old
      .replace('enabled-presets: Mode:small', 'enabled-presets: Mode:large')
      .replace('replicas: 1', 'replicas: 5   # we are many')
      .replace('    resources: {}', '    resources:\n      # measured\n      limits: {cpu: 1}')
    expect(merge(yours)).toEqual({
      conflicts: [],
      taken: [
        'pack.content.images',
        'charts.web.image.tag',
        'charts.web.script',
        'charts.web.gone',
        'charts.web.probes',
      ],
      text: `# spectrocloud.com/enabled-presets: Mode:large
pack:
  namespace: web
  content:
    images:
      - image: web:2
charts:
  web:
    # how many pods
    replicas: 5   # we are many
    image:
      repository: web
      tag: "2"
    script: |
      echo two
    resources:
      # measured
      limits: {cpu: 1}

    # new in 2
    probes:
      liveness: true
`,
    })
  })

  it('conflict where both changed, with both texts; yours stay unless the new ones are preferred', () => {
    const yours = old.replace('echo one', 'echo mine').replace('gone: true', 'gone: false')
    const { text, conflicts } = merge(yours)
    expect(conflicts).toEqual([
      {
        path: 'charts.web.script',
        line: 14,
        old: '    script: |\n      echo one',
        yours: '    script: |\n      echo mine',
        new: '    script: |\n      echo two',
      },
      { path: 'charts.web.gone', line: 17, old: '    gone: true', yours: '    gone: false', new: null },
    ])
    expect(text).toContain('echo mine')
    expect(parse(merge(yours, 'new').text)).toEqual(parse(fresh))
  })

  it('without anything of your own are the new default, letter by letter', () => {
    expect(merge(old.trim()).text).toBe(fresh)
  })

  it('keep placeholders apart, also of one length', () => {
    const sides = {
      old: 'a: {{.spectro.var.one}}\nb: 1\n',
      yours: 'a: {{.spectro.var.two}}\nb: 1',
      new: 'a: {{.spectro.var.one}}\nb: 2\n',
    }
    expect(mergeValues(sides).text).toBe('a: {{.spectro.var.two}}\nb: 2')
  })

  test.each([
    [
      'indented otherwise',
      'a:\n  b: 1\n',
      'a:\n    c: 3\n    b: 1\n',
      'a:\n  b: 2\n  d:\n    - x\n',
      'a:\n    c: 3\n    b: 2\n    d:\n      - x\n',
    ],
    ['that end without a line', 'a: 1', 'a: 1\nc: 1', 'a: 1\nb: 2\n', 'a: 1\nb: 2\nc: 1'],
    ['that is empty', '', '', 'a: 2\n', 'a: 2\n'],
    ['whose map runs empty', 'a:\n  b: 1\n  c: 1\n', 'a:\n  b: 1\n', 'a:\n  c: 1\n', 'a: {}\n'],
    ['that left a key out', 'a: 1\nb: 1\n', 'a: 1\n', 'a: 2\nb: 1\n', 'a: 2\n'],
    ['written in braces', '{a: {b: 1, c: 1}}', '{a: {b: 1, c: 2}}', '{a: {b: 2, c: 1}}', 'a:\n  b: 2\n  c: 2'],
  ])('of a text %s', (_what, before, yours, next, expected) => {
    expect(mergeValues({ old: before, yours, new: next })).toMatchObject({ text: expected, conflicts: [] })
  })

  it('with an anchor across what was taken are one conflict, and stay', () => {
    const sides = { old: 'a: &x 1\nb: 2\n', yours: 'a: &x 1\nb: *x\n', new: 'a: 3\nb: 2\n' }
    expect(mergeValues(sides)).toEqual({ text: sides.yours, taken: [], conflicts: [{ path: '', line: 1, ...sides }] })
  })
})

type Tree = { [key: string]: unknown }
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)
const isFull = (value: unknown): value is Tree => isTree(value) && Object.keys(value).length > 0
const same = (a: unknown, b: unknown): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
const sorted = (value: unknown): unknown =>
  isTree(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, one]) => [key, sorted(one)]),
      )
    : value

/** The same by data alone. */
function merged(before: unknown, mine: Tree, next: Tree): Tree {
  const result: Tree = {}
  for (const key of new Set([...Object.keys(mine), ...Object.keys(next)])) {
    const [o, y, n] = [isTree(before) ? before[key] : undefined, mine[key], next[key]]
    if (isFull(y) && isFull(n)) result[key] = merged(o, y, n)
    else if (same(o, y) && !same(o, n)) result[key] = n
    else result[key] = y
    if (result[key] === undefined) delete result[key]
  }
  return result
}

const key = fc.constantFrom('a', 'b', 'c', 'd', 'k.x/y')
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    1,
    2,
    true,
    null,
    'text',
    "it's",
    'two\nlines\n',
    ' # no comment',
    {},
    [],
    ['x'],
    [{ p: 1 }, 'q'],
  ),
)
const values = fc.letrec<{ tree: Tree; value: unknown }>((tie) => ({
  tree: fc.dictionary(key, tie('value'), { maxKeys: 4 }),
  value: fc.oneof({ maxDepth: 3 }, { weight: 2, arbitrary: leaf }, { weight: 1, arbitrary: tie('tree') }),
})).tree
const written = (tree: Tree, indent: number, flow: boolean): string =>
  stringify(tree, { indent, version: '1.1', aliasDuplicateObjects: false, collectionStyle: flow ? 'flow' : 'any' })
/** A remark above each key, and behind values of one line. */
const remarked = (text: string, remark: string): string =>
  text
    .split('\n')
    .map((line) =>
      /^ *[\w"./]+:( [\w"]+)?$/.test(line) ? `${/^ */.exec(line)?.[0]}# ${remark}\n${line} # ${remark}` : line,
    )
    .join('\n')

describe('whatever the values are', () => {
  const style = fc.record({ indent: fc.constantFrom(2, 4), flow: fc.boolean() })
  it('the merge means what merging the data means', () => {
    fc.assert(
      fc.property(values, values, values, fc.tuple(style, style, style), (o, y, n, [a, b, c]) => {
        const yours = remarked(written(y, b.indent, b.flow), 'mine')
        const sides = { old: written(o, a.indent, a.flow), yours, new: remarked(written(n, c.indent, c.flow), 'new') }
        const { text } = mergeValues(sides)
        expect(sorted(parse(text, { version: '1.1' }) ?? {})).toEqual(sorted(merged(o, y, n)))
      }),
      { seed: 5, numRuns: 60 },
    )
  })

  it('a default that did not change changes no letter, and without changes of your own the new one comes out', () => {
    fc.assert(
      fc.property(values, values, style, (o, y, { indent, flow }) => {
        const [before, yours] = [written(o, indent, flow), remarked(written(y, indent, flow), 'mine')]
        expect(mergeValues({ old: before, yours, new: before })).toEqual({ text: yours, taken: [], conflicts: [] })
        const mine = `# of mine\n${before}`
        const { text, conflicts } = mergeValues({ old: before, yours: mine, new: yours })
        expect(conflicts).toEqual([])
        expect(parse(text, { version: '1.1' }) ?? {}).toEqual(y)
      }),
      { seed: 6, numRuns: 60 },
    )
  })
})
