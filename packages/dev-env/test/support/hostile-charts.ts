import { gzipSync } from 'node:zlib'
import { Header } from 'tar'

/** What becomes of a chart: it renders (and the text tells that nothing came of it), or it is refused with a reason. */
export interface HostileChart {
  what: string
  archive: Buffer
  /** Part of what is rendered, or what the refusal says. */
  expected: { renders: RegExp } | { refused: RegExp }
}

interface Entry {
  path: string
  content?: string | Buffer
  type?: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice'
  linkpath?: string
}

/** A chart as an attacker writes it: nothing is checked. */
function chartOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ path, content = '', type = 'File', linkpath = '' }) => {
    const bytes = Buffer.from(content)
    const header = new Header({ path, mode: 0o644, size: bytes.length, mtime: new Date(0), type, linkpath })
    const block = Buffer.alloc(512)
    header.encode(block)
    return [block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]), { level: 1 })
}

const CHART = 'apiVersion: v2\nname: hostile\nversion: 1.0.0\n'
const MiB = 1024 ** 2
const inChart = (files: Record<string, string | Buffer>): Entry[] =>
  Object.entries({ 'Chart.yaml': CHART, ...files }).map(([path, content]) => ({ path: `hostile/${path}`, content }))
const template = (text: string): Entry[] => inChart({ 'templates/a.yaml': text })
/** A template whose result stands in an object. */
const result = (expression: string): Entry[] =>
  template(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {got: {{ ${expression} | quote }}}\n`)
const nested = (depth: number): string => `${'['.repeat(depth)}1${']'.repeat(depth)}`
const bomb = (levels: number): string =>
  ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
    .concat(Array.from({ length: levels }, (_, n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(10)}]`))
    .join('\n')

const renders = (pattern: RegExp): HostileChart['expected'] => ({ renders: pattern })
const refused = (pattern: RegExp): HostileChart['expected'] => ({ refused: pattern })
const NOTHING = /^\s*$/
const LIMIT = /MiB of memory|s of processor time|output of more than|took longer than/

const cases: [what: string, entries: readonly Entry[], expected: HostileChart['expected']][] = [
  // Without end.
  ['counts to two thousand million', template('{{ range until 2000000000 }}x{{ end }}'), refused(LIMIT)],
  ['counts by a sequence of text', template('{{ seq 1 1000000000 }}'), refused(LIMIT)],
  [
    'includes itself',
    template('{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}'),
    refused(/rendering template has a nested reference|include|MiB/),
  ],
  [
    'includes another that includes it',
    template(
      '{{ define "a" }}{{ include "b" . }}{{ end }}{{ define "b" }}{{ include "a" . }}{{ end }}{{ include "a" . }}',
    ),
    refused(/error calling include|MiB/),
  ],
  [
    'calls itself as a template',
    template('{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}'),
    refused(/exceeded maximum template depth|MiB|processor/),
  ],
  [
    'evaluates itself',
    template('{{ define "a" }}{{ tpl "{{ include \\"a\\" . }}" . }}{{ end }}{{ include "a" . }}'),
    refused(/nested reference|depth|MiB|processor/),
  ],
  // Too much.
  ['repeats a letter a thousand million times', template('{{ repeat 1000000000 "x" }}'), refused(LIMIT)],
  [
    'pads a number to a thousand million digits',
    template('{{ printf "%01000000000d" 1 }}'),
    refused(/YAML parse error/),
  ],
  ['writes 64 MiB', template('{{ range until 65536 }}{{ repeat 1024 "x" }}{{ end }}'), refused(LIMIT)],
  [
    'prints a map that holds itself',
    template('{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ toYaml $d }}'),
    renders(NOTHING),
  ],
  ['prints it as JSON', template('{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ toJson $d }}'), renders(NOTHING)],
  ['prints it as Go does', template('{{ $d := dict }}{{ $_ := set $d "a" $d }}{{ printf "%v" $d }}'), refused(/./)],
  [
    'doubles a text forty times',
    template('{{ $s := "x" }}{{ range until 40 }}{{ $s = print $s $s }}{{ end }}{{ len $s }}'),
    refused(LIMIT),
  ],
  ['makes a thousand keys', template('{{ range until 1000 }}{{ genPrivateKey "rsa" }}{{ end }}'), refused(LIMIT)],
  [
    'derives passwords a thousand times',
    template('{{ range until 1000 }}{{ derivePassword 1 "long" "a" "b" "c" }}{{ end }}'),
    refused(LIMIT),
  ],
  [
    'has an expression that explodes elsewhere',
    result(`regexMatch "^(a+)+$" (print (repeat 50000 "a") "b")`),
    renders(/got: "false"/),
  ],
  [
    'has an expression of a thousand million repeats',
    result('regexMatch "((a{1000}){1000}){1000}" "a"'),
    renders(/got: "false"/),
  ],
  // Out.
  ['asks for the address of a name', result('getHostByName "example.com"'), renders(/got: ""/)],
  ['reads objects of a cluster', result('lookup "v1" "Secret" "" "" | len'), renders(/got: "0"/)],
  ['reads an absolute path', result('.Files.Get "/etc/passwd"'), renders(/got: ""/)],
  ['reads a path above it', result('.Files.Get "../../../../etc/passwd"'), renders(/got: ""/)],
  ['lists what lies above it', result('.Files.Glob "../**" | len'), renders(/got: "0"/)],
  ['reads the environment', result('env "PATH"'), refused(/function "env" not defined/)],
  ['expands the environment', result('expandenv "$PATH"'), refused(/function "expandenv" not defined/)],
  [
    'has a schema elsewhere',
    inChart({ 'values.schema.json': '{"$ref": "http://127.0.0.1:1/schema.json"}', 'values.yaml': 'a: 1' }),
    refused(/schema/),
  ],
  [
    'has a schema that is a file of this machine',
    inChart({ 'values.schema.json': '{"$ref": "file:///etc/passwd"}', 'values.yaml': 'a: 1' }),
    refused(/schema|passwd/),
  ],
  [
    'has a schema that names itself',
    inChart({ 'values.schema.json': '{"$ref": "#"}', 'values.yaml': 'a: 1', 'templates/a.yaml': 'kind: A' }),
    refused(/reference cycle/),
  ],
  [
    'depends on a chart elsewhere',
    inChart({ 'Chart.yaml': `${CHART}dependencies:\n- {name: b, version: 1.0.0, repository: "http://127.0.0.1:1"}\n` }),
    refused(/missing in charts/),
  ],
  [
    'depends on a chart above it',
    inChart({
      'Chart.yaml': `${CHART}dependencies:\n- {name: ../../b, version: 1.0.0, repository: "file://../../b"}\n`,
    }),
    refused(/./),
  ],
  [
    'brings a plugin',
    inChart({ 'plugin.yaml': 'name: evil\ncommand: touch /tmp/evil\n', 'templates/a.yaml': 'kind: A' }),
    renders(/kind: A/),
  ],
  // Archives.
  [
    'links to a file of this machine',
    [...inChart({}), { path: 'hostile/templates/a.yaml', type: 'SymbolicLink', linkpath: '/etc/passwd' }],
    renders(NOTHING),
  ],
  [
    'links hard to a file of this machine',
    [...inChart({}), { path: 'hostile/templates/a.yaml', type: 'Link', linkpath: '/etc/passwd' }],
    renders(NOTHING),
  ],
  ['holds a device', [...inChart({}), { path: 'hostile/templates/a.yaml', type: 'CharacterDevice' }], renders(NOTHING)],
  [
    'names a path above it',
    [...inChart({}), { path: 'hostile/../../evil.yaml', content: 'kind: A' }],
    refused(/unable to load chart archive/),
  ],
  ['names an absolute path', [...inChart({}), { path: '/evil.yaml', content: 'kind: A' }], renders(NOTHING)],
  [
    'names a path of another system',
    [...inChart({}), { path: 'C:\\\\evil.yaml', content: 'kind: A' }],
    refused(/unable to load chart archive/),
  ],
  ['unpacks to 256 MiB', inChart({ zeros: Buffer.alloc(256 * MiB) }), refused(/unable to load chart archive/)],
  [
    'holds 30,000 files',
    inChart(Object.fromEntries(Array.from({ length: 30_000 }, (_, n) => [`files/${n}`, '']))),
    renders(NOTHING),
  ],
  ['is no archive', [], refused(/./)],
  ['lacks its description', [{ path: 'hostile/values.yaml', content: 'a: 1' }], refused(/no Chart.yaml found/)],
  [
    'has a name that is a path',
    inChart({ 'Chart.yaml': 'apiVersion: v2\nname: ../../evil\nversion: 1.0.0\n' }),
    refused(/invalid|name/),
  ],
  // Texts.
  [
    'has values that multiply',
    inChart({ 'values.yaml': bomb(9), 'templates/a.yaml': '{{ toYaml .Values }}' }),
    refused(/excessive aliasing|MiB|output|processor/),
  ],
  ['renders to what multiplies', template(bomb(9)), refused(/excessive aliasing|MiB|output|processor/)],
  ['has values 100,000 deep', inChart({ 'values.yaml': `a: ${nested(100_000)}` }), refused(/depth|MiB|processor/)],
  ['has zero bytes', template('kind: "a\0b"'), refused(/control characters|yaml/i)],
  ['is no text', template(Buffer.from([0xff, 0xfe, 0x00, 0xd8]).toString('latin1')), refused(/control characters/)],
  ['never closes an action', template('{{ if'), refused(/parse error/)],
  ['fails with a long message', template(`{{ fail (repeat 1000000 "x") }}`), refused(/x{100}/)],
  ['uses what is nil', template('{{ .Values.a.b.c.d }}'), refused(/nil pointer/)],
  ['indexes beyond a list', template('{{ index (list 1) 5 }}'), refused(/out of range/)],
]

export const hostileCharts: readonly HostileChart[] = cases.map(([what, entries, expected]) => ({
  what,
  archive: entries.length === 0 ? Buffer.from('no archive') : chartOf(entries),
  expected,
}))
