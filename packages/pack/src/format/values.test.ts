import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parseDocument, stringify } from 'yaml'
import { PackError } from './problems.ts'
import { readValues } from './values.ts'

describe('look-ups', () => {
  const values = readValues(`base: &base {port: 080, on: yes}
charts:
  web:
    <<: *base
    name: x
    name: z
    ports: ["22:22", 22:22]
    "quoted key": 1
  1: numbered
account: 012345
`)
  test.each([
    [['charts', 'web', 'name'], 'z'],
    [['charts', 'web', 'on'], true],
    [
      ['charts', 'web', 'ports'],
      ['22:22', '22:22'],
    ],
    [['charts', 'web', 'ports', '1'], '22:22'],
    [['charts', 'web', 'quoted key'], 1],
    [['charts', '1'], 'numbered'],
    [['charts', 'none', 'deeper'], undefined],
  ])('%j', (path, expected) => expect(values.get(path)).toEqual(expected))

  it('answers scalars as they are written, and lines', () => {
    expect(values.getSource(['account'])).toBe('012345')
    expect(values.getSource(['charts', 'web', 'name'])).toBe('z')
    expect(values.lineOf(['charts', 'web', 'ports'])).toBe(7)
    expect(values.lineOf(['nowhere'])).toBe(0)
  })

  it('answers placeholders as they are written, in quotes and block texts too', () => {
    const text = `a: "x\\t{{.spectro.var.one}} {{ .spectro.var.two | default \\"d\\" }}"\nb:\n  c: '{{.spectro.var.one}}''s'\n  d: |\n    {{.spectro.var.one}}\n    mmm\n`
    const read = readValues(text)
    expect(read.getSource(['a'])).toBe('x\t{{.spectro.var.one}} {{ .spectro.var.two | default \\"d\\" }}')
    expect(read.getSource(['b', 'c'])).toBe("{{.spectro.var.one}}'s")
    expect(read.getSource(['b', 'd'])).toBe('{{.spectro.var.one}}\nmmm\n')
  })

  it('finds what a dotted path means, also through keys with dots', () => {
    const dotted = readValues('pack:\n  a.b/c: 1\n  a: {b: 2, d: }\n')
    expect(dotted.pathOf('pack.a.b/c')).toEqual(['pack', 'a.b/c'])
    expect(dotted.pathOf('pack.a.b')).toEqual(['pack', 'a', 'b'])
    expect(dotted.pathOf('pack.a.d')).toEqual(['pack', 'a', 'd'])
    expect(dotted.pathOf('pack.x')).toBeNull()
  })

  it('accepts what is empty, and placeholders outside quotes', () => {
    for (const text of ['', '# only a comment\n', '---\n', '~']) expect(readValues(text).keys([])).toEqual([])
    expect(readValues('a: {{.spectro.var.x}}-{{.spectro.var.y}} # c\n').getSource(['a'])).toBe(
      '{{.spectro.var.x}}-{{.spectro.var.y}}',
    )
  })

  test.each([
    ['a: [1', 1],
    ['a: 1\nb:\n  - x\n y: 2\n', 4],
    ['- a\n', 1],
    ['a: 1\n---\nb: 2\n', 2],
  ])('%j is refused with its line', (text, line) => {
    try {
      readValues(text)
    } catch (error) {
      expect(error).toBeInstanceOf(PackError)
      if (error instanceof PackError) expect(error.problems[0]).toMatchObject({ file: 'values.yaml', line })
      return
    }
    expect.unreachable()
  })

  it('ends on texts made to exhaust it', () => {
    expect(() => readValues(`a: ${'['.repeat(50_000)}`)).toThrow(PackError)
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
    for (const [from, to] of ['a b', 'b c', 'c d', 'd e', 'e f', 'f g', 'g h'].map((pair) => pair.split(' ')))
      bomb.push(`${to}: &${to} [${Array(10).fill(`*${from}`).join(', ')}]`)
    expect(() => readValues(bomb.join('\n')).get(['h'])).toThrow()
  })
})

describe('slices', () => {
  const text = `charts:
  # comment of web
  web:
    a: 1   # kept
    script: |2
        indented
       less
    list:
    - x
    - {y: z}

  other: {b: 2,
    c: 3}
  none:
  alias: *shared
shared0: &shared
  k: v
`
  const values = readValues(text.replace('  alias: *shared\n', ''))
  it('cut block maps out byte for byte, with the indentation of their first line', () => {
    expect(values.slice(['charts', 'web'])).toBe(
      '    a: 1   # kept\n    script: |2\n        indented\n       less\n    list:\n    - x\n    - {y: z}\n',
    )
    expect(values.slice(['charts', 'other']).trim()).toBe('{b: 2,\n    c: 3}')
    expect(values.slice(['charts', 'none'])).toBe('')
    expect(values.slice(['charts', 'missing'])).toBe('')
  })

  it('resolve aliases that point out of the part, through merges as well', () => {
    const linked = readValues('x: &x {k: 014, switch: on}\ncharts:\n  web:\n    <<: *x\n    mine: 1\n')
    expect(JSON.parse(linked.slice(['charts', 'web']))).toEqual({ k: 12, switch: true, mine: 1 })
    const inner = readValues('charts:\n  web:\n    a: &in 1\n    b: *in\n')
    expect(inner.slice(['charts', 'web'])).toBe('    a: &in 1\n    b: *in\n')
  })

  it('mean by themselves what they mean in their place', () => {
    const key = fc.stringMatching(/^[a-z]{1,6}$/)
    const leaf = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constant('a\nb\n  c\n'),
    )
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(key, tie('node'), { maxKeys: 4 }),
      ),
    })).node
    fc.assert(
      fc.property(fc.dictionary(key, tree, { minKeys: 1, maxKeys: 4 }), fc.constantFrom(2, 4), (web, indent) => {
        const whole = stringify({ first: 1, charts: { web, z: 1 } }, { indent, version: '1.1' })
        const slice = readValues(whole).slice(['charts', 'web'])
        expect(parseDocument(slice, { version: '1.1' }).toJS()).toEqual(web)
      }),
    )
  })
})
