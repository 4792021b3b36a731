import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parse } from 'yaml'
import { liveMacros, type MacroScope, resolveMacros } from './macros.ts'
import { placeOfProblem } from './problems.ts'

const scopeOf = (values: Record<string, string>): MacroScope => ({
  lookUp(path) {
    const name = path.join('.')
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    return value === undefined ? { missing: `has no value '${name}'` } : { value }
  },
})
const resolve = (given: string, values: Record<string, string> = {}) => {
  const { text, problems } = resolveMacros(given, scopeOf(values))
  return { text, problems }
}

describe('placeholders', () => {
  const values = { 'system.kubernetes.version': '1.34.4', 'var.name': 'Web App', 'var.empty': '', 'macro.a_b': 'x' }
  test.each([
    ['{{.spectro.var.name}}', 'Web App'],
    ['{{ .spectro.var.name }}', 'Web App'],
    ['{{- .spectro.var.name -}}', 'Web App'],
    ['v{{ .spectro.system.kubernetes.version | substr 0 4 }}.x', 'v1.34.x'],
    ['{{ .spectro.var.name | lower | replace " " "-" }}', 'web-app'],
    ['{{ upper .spectro.macro.a_b }}', 'X'],
    ['{{ .spectro.var.none | default "d" }}', 'd'],
    ['{{ .spectro.var.empty | default `d` }}', 'd'],
    ['{{ default "d" .spectro.var.name }}', 'Web App'],
    ['{{ (.spectro.var.none | default "ab") | upper | trunc 1 }}', 'A'],
    ['{{ .spectro.var.name | b64enc }}', 'V2ViIEFwcA=='],
    ['{{ .spectro.var.name | trimPrefix "Web " | trimSuffix "pp" }}', 'A'],
    ['{{ coalesce .spectro.var.none .spectro.var.empty .spectro.macro.a_b }}', 'x'],
    ['{{ printf "%s-%d%%" .spectro.macro.a_b 07 }}', 'x-7%'],
    ['{{ .spectro.var.name | kebabcase }} {{ .spectro.var.name | snakecase | camelcase }}', 'web-app WebApp'],
    ['{{ .spectro.var.name | regexFind "A(p+)" }}', 'App'],
    ['{{ regexReplaceAll "(W)e" .spectro.var.name "${1}o" }}', 'Wob App'],
    ['{{ .spectro.var.name | contains "App" | ternary "yes" "no" }}', 'yes'],
    ['{{ .spectro.var.name | b64enc | b64dec | title | untitle }}', 'web app'],
    ['{{ trunc 1 .spectro.system.kubernetes.version | add 2 3 | max 2 9 1 | mod 12 | sub 7 }}', '4'],
    ['{{ .spectro.macro.a_b | repeat 3 | trimAll "x" | empty }}', 'true'],
    ['{{ .Values.other }} {{ $labels.x }} {{ isset "a" }}', '{{ .Values.other }} {{ $labels.x }} {{ isset "a" }}'],
  ])('%s → %s', (text, expected) => {
    expect(resolve(`'${text}'`, values)).toEqual({ text: `'${expected}'`, problems: [] })
  })

  test('texts in a value that stands in double quotes may be quoted with a backslash', () => {
    expect(resolve('a: "{{ .spectro.var.none | default \\"d\\" }}"').text).toBe('a: "d"')
  })

  test.each([
    ['a: "{{ .spectro.var.name | repeat 9999999 }}"', 1, /too long/],
    ['a: "{{ regexMatch \\"(?=a)\\" .spectro.var.name }}"', 1, /no regular expression/],
    ['a: "{{ .spectro.var.name | now }}"', 1, /'now', which is not known/],
    ['a: 1\nb: {{.spectro.var.x}}\n', 2, /has no value 'var\.x'/],
    ['a: "{{ .spectro.var.x | shout }}"', 1, /'shout', which is not known/],
    ['a: "{{ .spectro.system.kubernetes.version | substr 0 }}"', 1, /gives substr 2 values instead of 3/],
    ['\n\na: "{{ .spectro.var.x', 3, /no complete placeholder/],
    ['a: "{{ if .spectro.var.x }}"', 1, /'if', which is not known/],
  ])('%j is a problem on line %i', (text, line, message) => {
    const { problems } = resolve(text, values)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({ line, message: expect.stringMatching(message) })
  })

  test('without a value are told by line and column', () => {
    const [problem] = resolve('a: 1\nweb:\n  b: "x {{.spectro.var.x}}"\n').problems
    expect(problem).toMatchObject({ line: 3, column: 9 })
    expect(problem && placeOfProblem(problem)).toBe('values.yaml:3:9')
  })

  test('in comments are filled in where possible and never a problem', () => {
    const text = '# {{.spectro.var.none}}\na: 1 # {{.spectro.var.name}}\nb: |\n  # {{.spectro.var.name}}\n'
    const resolved = resolve(text, values)
    expect(resolved.problems).toEqual([])
    expect(resolved.text).toBe('# {{.spectro.var.none}}\na: 1 # Web App\nb: |\n  # Web App\n')
    expect(liveMacros(text).map((span) => span.expression)).toEqual(['.spectro.var.name'])
  })

  test('inside values are filled in too; circles and avalanches end', () => {
    expect(resolve('{{.spectro.var.a}}', { 'var.a': '<{{.spectro.var.b}}>', 'var.b': 'B' }).text).toBe('<B>')
    expect(resolve('{{.spectro.var.a}}', { 'var.a': '{{.spectro.var.a}}' }).problems[0]?.message).toMatch(
      /refers to itself/,
    )
    const levels = Object.fromEntries(
      Array.from({ length: 7 }, (_, level) => [`var.l${level}`, `{{.spectro.var.l${level + 1}}}`.repeat(20)]),
    )
    expect(resolve('{{.spectro.var.l0}}', { ...levels, 'var.l7': 'x' }).problems[0]?.message).toMatch(
      /more than 10000 placeholders/,
    )
  })
})

describe('values are values, never syntax', () => {
  const hostile = fc.string({ unit: fc.constantFrom(...`ab'"\\{}[]#:,&*!|>%@\`$- \t\n`.split('')), maxLength: 30 })

  it('in double quotes, YAML reads back exactly the value', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), hostile, (any, special) => {
        fc.pre(!`${any}${special}`.includes('{{'))
        const { text, problems } = resolve('before: 1\nkey: "<{{.spectro.var.v}}>"\nafter: 2\n', {
          'var.v': any + special,
        })
        expect(problems).toEqual([])
        expect(parse(text)).toEqual({ before: 1, key: `<${any}${special}>`, after: 2 })
      }),
    )
  })

  it('in single quotes too, as long as the value has one line; otherwise it is a problem, not an injection', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        fc.pre(!value.includes('{{'))
        const { text, problems } = resolve("key: '{{.spectro.var.v}}'\nafter: 2\n", { 'var.v': value })
        if (value.includes('\n')) expect(problems).toHaveLength(1)
        else expect(parse(text)).toEqual({ key: value, after: 2 })
      }),
    )
  })

  it('in a block text, lines keep the indentation of the block', () => {
    const { text } = resolve('key: |\n  a\n  {{.spectro.var.v}}\nafter: 2\n', { 'var.v': 'one\nevil: true\n  deeper' })
    expect(parse(text)).toEqual({ key: 'a\none\nevil: true\n  deeper\n', after: 2 })
  })

  it('without quotes a value keeps its type, and several lines are refused', () => {
    expect(parse(resolve('key: {{.spectro.var.v}}\n', { 'var.v': '3' }).text)).toEqual({ key: 3 })
    expect(resolve('key: {{.spectro.var.v}}\n', { 'var.v': 'a\nb: 1' }).problems).toHaveLength(1)
  })
})

describe('all other text stays byte for byte', () => {
  it('whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        fc.pre(!text.includes('.spectro.'))
        expect(resolve(text)).toEqual({ text, problems: [] })
      }),
    )
  })

  it('also around placeholders', () => {
    const part = fc.string({ unit: fc.constantFrom(...`ab {}'"#:\n-`.split('')), maxLength: 20 })
    fc.assert(
      fc.property(fc.array(part, { minLength: 2, maxLength: 6 }), (parts) => {
        fc.pre(parts.every((one) => !/[{}]/.test(one)))
        const { text } = resolve(parts.join('{{.spectro.var.v}}'), { 'var.v': 'V' })
        expect(text).toBe(parts.join('V'))
      }),
    )
  })
})

describe('work that nobody needs is refused', () => {
  test.each([
    ['a long text made longer', '{{ repeat 4000000 "a" | replace "a" "aaaaaaaaaa" | .spectro.var.v }}'],
    ['lines that are moved', '{{ repeat 1000000 "\\n" | indent 1000 | cat .spectro.var.v }}'],
    ['each letter replaced', '{{ regexReplaceAll "a" .spectro.var.long "' + 'b'.repeat(1000) + '" }}'],
    ['an expression on a long text', '{{ repeat 4000000 "a" | regexMatch "(.?){900}x" | cat .spectro.var.v }}'],
    ['each match of one that looks ahead', '{{ regexReplaceAll "a.*b|a" .spectro.var.long "c" }}'],
    ['a thousand times what is in order once', '{{ .spectro.var.long | upper | trunc 1 }}\n'.repeat(1000)],
  ])('%s', (_what, text) => {
    const { problems } = resolve(text, { 'var.v': 'v', 'var.long': 'a'.repeat(64_000) })
    expect(problems.map(({ message }) => message).join('\n')).toMatch(/too long|too much work|more work/)
  })
})
