import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { resolveMacros } from './macros.ts'
import { readValues } from './values.ts'
import { onlyParts, valuesParts } from './values-parts.ts'

const M = '{{.spectro.var.v}}'

describe('the keys at the top of a text', () => {
  it('can be read by themselves, and stand where they stood', () => {
    const text = `---\n# first\npack: # the section\n  namespace: web\n\nb: |\n  pack:\n\n# last\n"c.d":\n- ${M}\n`
    const parts = valuesParts(text) ?? []
    expect(parts.map(({ key }) => key)).toEqual(['pack', 'b', 'c.d'])
    expect(onlyParts(text, parts, (key) => key === 'pack')).toBe(
      '\n\npack: # the section\n  namespace: web\n\n\n\n\n\n\n\n',
    )
    expect(readValues(onlyParts(text, parts, (key) => key === 'c.d')).lineOf(['c.d', '0'])).toBe(11)
  })

  test.each([
    ['no YAML', 'a: ['],
    ['no map', '- a'],
    ['nothing', '# a\n'],
    ['a map in braces', '{a: 1, b: 2}'],
    ['anchors', 'a: &x 1\nb: 2\n'],
    ['merges', '<<: {a: 1}\nb: 2\n'],
    ['tags', 'a: !!int 1\nb: 2\n'],
    ['a directive', '%YAML 1.2\n---\na: 1\n'],
    ['a key twice', 'a: 1\nb: 2\na: 3\n'],
    ['a placeholder for a key', `${M}: 1\nb: 2\n`],
  ])('are one with %s', (_what, text) => {
    expect(valuesParts(text)).toBeNull()
  })
})

describe('a value that keeps the shape of its text', () => {
  const templates = [
    `a: ${M}\nb: [x, ${M}, {c: ${M}-1}]\nd: http://${M}:80/${M} # ${M}\ne: 1\n`,
    `a: "${M}"\nb: ["${M} ${M}", '${M}']\nc: "x\n  ${M}"\nd:\n- '${M}'\n- 2\n`,
    `a: |\n  ${M}\n  b: 1\nc: >-\n    x ${M}\n    ${M}\n\n    y\nd: 1\n`,
    `# ${M}\na:\n  - ${M}\n  - b: ${M}\n    c:   ${M}\nd:\n  ${M}\n`,
  ]
  const value = fc.oneof(
    fc.string({ unit: fc.constantFrom(...`ab1.'"\\{}[]#:,&*!|>%@\`$- \t\n~<=?`.split('')), maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...'ab1./:@-_'.split('')), maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom('---', '...', 'a: b', '- a', 'null', 'a\n---\nb', '\u2028a'),
  )

  it('leaves it readable, and each key what it is in the whole', () => {
    fc.assert(
      fc.property(fc.constantFrom(...templates), value, (template, v) => {
        const fill = (text: string) => resolveMacros(text, { lookUp: () => ({ value: v }) })
        const filled = fill(template)
        fc.pre(filled.keepsShape && filled.problems.length === 0)
        const whole = readValues(filled.text)
        const parts = valuesParts(template) ?? []
        expect(whole.keys([])).toEqual(parts.map(({ key }) => key))
        for (const { key } of parts) {
          const one = readValues(fill(onlyParts(template, parts, (other) => other === key)).text)
          expect(one.get([key])).toEqual(whole.get([key]))
          expect(one.getSource([key])).toEqual(whole.getSource([key]))
        }
      }),
      { numRuns: 300 },
    )
  })
})
