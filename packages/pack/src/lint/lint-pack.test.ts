import { describe, expect, it, test } from 'vitest'
import { newPackFiles } from '../format/new-pack.ts'
import type { Renderer } from '../render/renderer.ts'
import { writeArchive } from '../sources/write-archive.ts'
import { lintCodes } from './codes.ts'
import type { Finding } from './finding.ts'
import { lintPack } from './lint-pack.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

/** A chart archive of these files. */
const chart = (files: Record<string, string> = {}, top = 'web'): Uint8Array =>
  writeArchive(
    new Map(
      Object.entries({ 'Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', ...files }).map(([path, text]) => [
        `${top}/${path}`,
        bytes(text),
      ]),
    ),
  )

const own = {
  'values.yaml': 'image: {tag: "1"}\nempty: {}\n',
  'templates/a.yaml': 'kind: {{ .Values.image.tag }} {{ toYaml .Values.free }}',
}
const json = {
  name: 'p',
  version: '1.0.0',
  layer: 'addon',
  addonType: 'x',
  cloudTypes: ['all'],
  charts: ['charts/web-1.0.0.tgz'],
}

interface Over {
  json?: object
  values?: string
  /** `null` takes a file away. */
  files?: Record<string, string | Uint8Array | null>
}

/** A pack that lints clean, but for what is put over it. */
function packOf({
  json: over = {},
  values = 'charts: {web: {image: {tag: "2"}}}',
  files = {},
}: Over): Map<string, Uint8Array> {
  const all: Record<string, string | Uint8Array | null> = {
    'pack.json': JSON.stringify({ ...json, ...over }, null, 1),
    'values.yaml': `pack: {namespace: p}\n${values}\n`,
    'README.md': '# p',
    'logo.png': Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'),
    'charts/web-1.0.0.tgz': chart(own),
    ...files,
  }
  return new Map(
    Object.entries(all).flatMap(([path, content]) =>
      content === null ? [] : [[path, typeof content === 'string' ? bytes(content) : content]],
    ),
  )
}

const short = ({ code, file, line, column, path }: Finding): string =>
  `${code} ${file}${line > 0 ? `:${line}:${column}` : ''}${path === '' ? '' : ` ${path}`}`
const lint = async (over: Over, renderer?: Renderer): Promise<string[]> =>
  (await lintPack(packOf(over), renderer)).map(short)

const manifest = (text: string, values = 'manifests: {}'): Over => ({
  json: { charts: [], kubeManifests: ['manifests/m.yaml'] },
  values,
  files: { 'manifests/m.yaml': text, 'charts/web-1.0.0.tgz': null },
})
const pod = (spec: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers: [{name: c}]\n${spec}\n`
const preset = (fields: string): Over => ({ files: { 'presets.yaml': `presets:\n- name: a\n  group: g\n${fields}` } })
const schema = (text: string): Over => ({ files: { 'schema.yaml': text } })
const wrongRules = [
  'required | frmat "x"',
  'format "${nubmer}"',
  'format "${string:/(/}"',
  'format "${number:[9-1]}"',
  'readonly "x"',
]
  .map((rule, index) => `charts.web.empty.k${index}: {schema: '{{ ${rule} }}'}`)
  .join('\n')

describe('findings', () => {
  it('there are none in a pack that is right, new ones included', async () => {
    expect(await lint({})).toEqual([])
    for (const content of ['chart', 'manifest'] as const) {
      const made = newPackFiles({
        name: 'new',
        version: '0.1.0',
        displayName: 'New',
        content,
        layer: 'addon',
        addonType: 'x',
      })
      expect((await lintPack(made)).map(short)).toEqual([])
    }
  })

  const table: [string, Over, string[]][] = [
    ['no pack.json', { files: { 'pack.json': null } }, ['file-missing pack.json']],
    ['a pack.json that is none', { files: { 'pack.json': '{' } }, ['metadata-invalid pack.json']],
    ['a wrong field, at its place', { json: { layer: 'top' } }, ['metadata-invalid pack.json:4:2 layer']],
    [
      'no clouds and no kind of add-on',
      { json: { cloudTypes: [], addonType: '' } },
      ['metadata-missing pack.json:5:2 addonType', 'metadata-missing pack.json:6:2 cloudTypes'],
    ],
    ['a version with v', { json: { version: 'v1.0.0' } }, ['version-unordered pack.json:3:2 version']],
    ['a version that is none', { json: { version: 'latest' } }, ['version-unordered pack.json:3:2 version']],
    ['a version of two parts', { json: { version: '1.5' } }, ['version-loose pack.json:3:2 version']],
    [
      'a deprecated pack',
      { json: { annotations: { system_state: 'deprecated' } } },
      ['pack-retired pack.json:13:3 annotations.system_state'],
    ],
    [
      'neither README nor logo',
      { files: { 'README.md': null, 'logo.png': null } },
      ['readme-missing README.md', 'logo-missing logo.png'],
    ],
    [
      'an unpacked chart with a file that no archive may hold',
      {
        files: {
          'charts/web-1.0.0.tgz': null,
          'charts/web/Chart.yaml': 'name: web\nversion: 1.0.0',
          'charts/web/values.yaml': 'image: {tag: 1}',
          'charts/web/templates/a\n.yaml': '',
        },
      },
      ['archive-invalid charts/web-1.0.0.tgz'],
    ],
    ['a logo that is no picture', { files: { 'logo.png': '<html>' } }, ['logo-unusable logo.png']],
    [
      'nothing to install',
      { json: { charts: [] }, values: '', files: { 'charts/web-1.0.0.tgz': null } },
      ['content-missing pack.json:9:2 charts'],
    ],
    ['no values', { files: { 'values.yaml': null } }, ['file-missing values.yaml']],
    ['a missing archive', { files: { 'charts/web-1.0.0.tgz': null } }, ['file-missing pack.json:10:3 charts[0]']],
    [
      'one archive of two that is not packed',
      {
        json: { charts: ['charts/web-1.0.0.tgz', 'charts/b-1.tgz'] },
        files: { 'charts/b/Chart.yaml': 'name: b\nversion: 1.0.0' },
      },
      ['chart-unpacked pack.json:11:3 charts[1]'],
    ],
    ['an archive nobody names', { files: { 'charts/b-1.tgz': chart(own) } }, ['file-unused charts/b-1.tgz']],
    [
      'an archive that is none',
      { files: { 'charts/web-1.0.0.tgz': 'text' } },
      ['archive-invalid charts/web-1.0.0.tgz'],
    ],
    [
      'an archive of another version',
      { files: { 'charts/web-1.0.0.tgz': chart({ ...own, 'Chart.yaml': 'name: web\nversion: 2.0.0' }) } },
      ['chart-version pack.json:10:3 charts[0]'],
    ],
    [
      'a chart without one it depends on',
      {
        files: {
          'charts/web-1.0.0.tgz': chart({
            ...own,
            'Chart.yaml': 'name: web\nversion: 1.0.0\ndependencies: [{name: db}]',
          }),
        },
      },
      ['chart-dependency charts/web-1.0.0.tgz'],
    ],
    ['values that are no YAML', { values: 'a: [' }, ['values-invalid values.yaml:3:1']],
    [
      'a wrong namespace',
      { files: { 'values.yaml': 'pack:\n  namespace: A_b' } },
      ['values-invalid values.yaml:2:3 pack.namespace'],
    ],
    [
      'a repeated key',
      { values: 'charts:\n  web:\n    image: {tag: 1}\n    image: {tag: 2}' },
      ['values-repeated-key values.yaml:5:5 charts.web.image'],
    ],
    ['values for no chart', { values: 'charts:\n  wbe: {zzz: 1}' }, ['values-no-chart values.yaml:3:3 charts.wbe']],
    ['values one level too high', { values: 'charts:\n  image: {tag: 1}' }, ['values-level values.yaml:2:1 charts']],
    ['values for no manifest', { values: 'manifests: {x: {}}' }, ['values-no-manifest values.yaml:2:13 manifests.x']],
    [
      'an unknown key',
      { values: 'charts:\n  web:\n    image:\n      tga: 1' },
      ['values-unknown-key values.yaml:5:7 charts.web.image.tga'],
    ],
    [
      'a text in the place of a map',
      { values: 'charts:\n  web:\n    image: x' },
      ['values-not-a-map values.yaml:4:5 charts.web.image'],
    ],
    ['a stray key', { values: 'mine: 1' }, ['values-stray-key values.yaml:2:1 mine']],
    [
      'a slip in the pack section',
      { files: { 'values.yaml': 'pack:\n  namespace: p\n  nameSpaceLabels: {}\n  content: {image: []}' } },
      [
        'section-unknown-key values.yaml:3:3 pack.nameSpaceLabels',
        'section-unknown-key values.yaml:4:13 pack.content.image',
      ],
    ],
    [
      'a release name for no chart',
      { files: { 'values.yaml': 'pack: {namespace: p, releaseNameOverride: {wbe: x}}' } },
      ['section-no-chart values.yaml:1:44 pack.releaseNameOverride.wbe'],
    ],
    ['no namespace', { files: { 'values.yaml': 'charts: {}' } }, ['namespace-missing values.yaml pack.namespace']],
    [
      'a readiness check without a key',
      { values: 'readinessCheck: {v1beta1: [{name: a, kind: B, version: v1}]}' },
      ['readiness-invalid values.yaml:2:1 readinessCheck.v1beta1.0.keysToCheck'],
    ],
    [
      'one release for two parts',
      {
        json: { charts: ['charts/web-1.0.0.tgz', 'charts/b-1.tgz'] },
        files: {
          'charts/b-1.tgz': chart({ 'Chart.yaml': 'name: b\nversion: 1.0.0' }),
          'values.yaml': 'pack: {namespace: p, releaseNameOverride: {web: x, b: x}}',
        },
      },
      ['release-shared values.yaml:1:1 pack.releaseNameOverride'],
    ],
    [
      'placeholders that are not closed, or unknown',
      {
        values: 'a: "{{.spectro.var.x"\nb: "{{.spectro.system.moon}}"\n# {{.spectro.nothing}}\nc: "{{.spectro.vra.x}}"',
      },
      [
        'macro-invalid values.yaml:2:5',
        'macro-invalid values.yaml:3:5',
        'macro-invalid values.yaml:5:5',
        'values-stray-key values.yaml:2:1 a',
        'values-stray-key values.yaml:3:1 b',
        'values-stray-key values.yaml:5:1 c',
      ],
    ],
    ['presets that are no YAML', { files: { 'presets.yaml': 'presets: [' } }, ['presets-invalid presets.yaml:1:11']],
    ['a preset that adds no map', preset('  add: |\n    text'), ['presets-invalid presets.yaml:4:3 a']],
    ['a preset twice', preset('- name: a\n  group: g'), ['preset-repeated presets.yaml:4:3 a']],
    ['a preset that removes nothing', preset('  remove:\n  - charts.web.none'), ['preset-no-path presets.yaml:5:5 a']],
    [
      'a preset for no chart',
      preset('  add: |\n    charts:\n      wbe: {a: 1}'),
      ['preset-no-chart presets.yaml:6:7 a'],
    ],
    [
      'a preset with an unknown key',
      preset('  add: |\n    charts:\n      web:\n        image:\n          tga: 1'),
      ['preset-unknown-key presets.yaml:8:11 a'],
    ],
    [
      'an enabled preset that is none',
      { files: { 'values.yaml': '# spectrocloud.com/enabled-presets: g:a\npack: {namespace: p}' } },
      ['preset-enabled values.yaml:1:1'],
    ],
    [
      'a schema without rules',
      schema('charts.web.image.tag: x'),
      ['schema-invalid schema.yaml:1:1 charts.web.image.tag'],
    ],
    [
      'rules that cannot be read',
      { values: 'charts: {web: {empty: {k0: 1, k1: 1, k2: 1, k3: 1, k4: 1}}}', ...schema(wrongRules) },
      [0, 1, 2, 3, 4].map((index) => `schema-invalid schema.yaml:${index + 1}:1 charts.web.empty.k${index}`),
    ],
    [
      'a rule for no value',
      schema(`charts.web.iamge: {schema: '{{ required }}'}`),
      ['schema-no-path schema.yaml:1:1 charts.web.iamge'],
    ],
    [
      'a dependency without a type',
      { json: { constraints: { dependencies: [{ packName: 'k', layer: 'k8s' }] } } },
      ['constraint-type pack.json:14:4 constraints.dependencies[0]'],
    ],
    [
      'bounds that nothing fits',
      {
        json: {
          constraints: {
            dependencies: [{ packName: 'k', layer: 'k8s', type: 'optional', minVersion: '2', maxVersion: '1.0' }],
          },
        },
      },
      ['constraint-invalid pack.json:19:5 constraints.dependencies[0].maxVersion'],
    ],
    [
      'a resource that is none',
      { json: { constraints: { resources: [{ type: 'cpu', minLimit: -1 }] } } },
      ['constraint-invalid pack.json:16:5 constraints.resources[0].minLimit'],
    ],
    [
      'a resource counted by nothing',
      {
        json: {
          constraints: { resources: [{ type: 'cpu', components: [{ resourceRequestParamRef: 'charts.web.cpu' }] }] },
        },
      },
      ['constraint-no-path pack.json:18:7 constraints.resources[0].components[0].resourceRequestParamRef'],
    ],
    [
      'an image entry without an image',
      {
        files: {
          'values.yaml':
            'pack:\n  namespace: p\n  content:\n    images:\n    - iamge: a:1\n    - image: A B\n    - image: a',
        },
      },
      [
        'image-invalid values.yaml:5:7 pack.content.images.0',
        'image-invalid values.yaml:6:7 pack.content.images.1',
        'image-floating values.yaml:7:7 pack.content.images.2',
      ],
    ],
    [
      'images and no list',
      manifest('apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: "x:1"}]}'),
      ['images-missing values.yaml:1:1 pack.content.images'],
    ],
    [
      'an image that is not listed',
      {
        ...manifest(
          'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: "x:1"}], initContainers: [{image: "docker.io/library/y"}]}',
        ),
        files: {
          ...manifest(
            'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: "x:1"}], initContainers: [{image: "docker.io/library/y"}]}',
          ).files,
          'values.yaml': 'pack:\n  namespace: p\n  content: {images: [{image: "x:2"}, {image: "y:latest"}]}',
        },
      },
      ['images-unlisted values.yaml:3:13 pack.content.images', 'image-floating values.yaml:3:38 pack.content.images.1'],
    ],
    ['what is no object', manifest('just: text'), ['manifest-invalid manifests/m.yaml:1:1']],
    [
      'a manifest that is no YAML',
      manifest('apiVersion: v1\n---\na: [\n'),
      ['manifest-invalid manifests/m.yaml:1:1', 'manifest-invalid manifests/m.yaml:4:1'],
    ],
    [
      'what belongs to the node',
      manifest(
        pod(
          '  hostNetwork: true\n  volumes: [{hostPath: {path: /}}]\n  initContainers:\n  - securityContext: {privileged: true}',
        ),
      ),
      [
        'host-namespace manifests/m.yaml:6:16 Pod/a',
        'host-path manifests/m.yaml:7:24 Pod/a',
        'privileged-container manifests/m.yaml:9:35 Pod/a',
      ],
    ],
    [
      'the role that may do everything',
      manifest(
        'apiVersion: v1\nkind: ClusterRoleBinding\nmetadata: {name: a}\nroleRef: {name: cluster-admin}\n---\napiVersion: v1\nkind: ClusterRole\nmetadata: {name: b}\nrules:\n- {apiGroups: ["*"], resources: ["*"], verbs: ["*"]}',
      ),
      ['cluster-admin manifests/m.yaml:4:17 ClusterRoleBinding/a', 'cluster-admin manifests/m.yaml:10:3 ClusterRole/b'],
    ],
  ]
  test.each(table)('%s', async (_what, over, expected) => expect(await lint(over)).toEqual(expected))

  it('by helm: what it refuses, and what is rendered; tests of charts do not count', async () => {
    const refusing = (refused: string): Renderer => ({ render: async () => ({ refused }) })
    expect(await lint({}, refusing('parse error at (web/templates/a.yaml:1): unexpected EOF'))).toEqual([
      'template-error charts/web-1.0.0.tgz',
    ])
    expect(await lint({}, refusing('execution error at (web/templates/a.yaml:1:2): host is required'))).toEqual([
      'template-refused charts/web-1.0.0.tgz',
    ])
    const rendered = `# Source: web/templates/a.yaml\n${pod('  hostPID: true')}---\n# Source: web/templates/t.yaml\n${pod('  hostPID: true').replace('{name: a}', '{name: t, annotations: {helm.sh/hook: test}}')}`
    expect(await lint({}, { render: async () => ({ text: rendered }) })).toEqual([
      'host-namespace charts/web-1.0.0.tgz web/templates/a.yaml Pod/a',
    ])
  })

  it('are each seen in one of these tests', () => {
    const seen = JSON.stringify(table) + 'template-error template-refused'
    expect(lintCodes.filter((code) => !seen.includes(`${code} `) && !seen.endsWith(code))).toEqual([])
  })
})
