import type { AttachedProfile } from '@atrium/api/kinds/cluster.ts'
import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import { describe, expect, it, test } from 'vitest'
import { packNameOf } from './macro-scope.ts'
import { placedMessage, type ResolveContext, resolveLayers } from './resolve.ts'

const layer = (name: string, over: Partial<ProfileLayer> = {}): ProfileLayer => ({
  name,
  type: 'spectro',
  layer: 'addon',
  tag: '1.0.0',
  version: '1.0.0',
  registryUid: 'r',
  packUid: `pack-${packNameOf(name)}`,
  values: '',
  manifests: [],
  ...over,
})
const profile = (name: string, layers: ProfileLayer[], over: Partial<AttachedProfile> = {}): AttachedProfile => ({
  uid: `uid-${name}`,
  name,
  version: '1.0.0',
  type: 'add-on',
  cloudType: 'all',
  layers,
  variables: [],
  variableValues: {},
  ...over,
})
const context = (over: Partial<ResolveContext> = {}): ResolveContext => ({
  system: { 'cluster.name': 'demo' },
  macros: { domain: 'example.org' },
  sealed: new Map(),
  packs: {
    // Every pack is known, with values of its own.
    get: (uid: string) => ({ registry: 'https://r', repository: uid, digest: `sha256:${uid}`, values: 'own: true\n' }),
  } as ResolveContext['packs'],
  ...over,
})
const resolve = (profiles: AttachedProfile[], over: Partial<ResolveContext> = {}) =>
  resolveLayers(profiles, context(over))
const infra = profile(
  'infra',
  [
    layer('csi', { layer: 'csi', values: 'pack: {spectrocloud.com/install-priority: "-10"}' }),
    layer('kubernetes', { layer: 'k8s', version: 'v1.34.4' }),
    layer('os', { layer: 'os' }),
    layer('cni', { layer: 'cni' }),
  ],
  { type: 'infra' },
)
const withPriority = (name: string, priority: string) =>
  layer(name, { values: `pack:\n  spectrocloud.com/install-priority: "${priority}"\n` })

describe('layers of a cluster', () => {
  it('come in install order: infrastructure by kind, then add-ons by priority, else as written', () => {
    const profiles = [
      profile('b', [withPriority('late', '20'), layer('x'), withPriority('early', '-1')]),
      infra,
      profile('a', [layer('y')]),
    ]
    const { layers, problems, kubernetesVersion } = resolve(profiles)
    expect(problems).toEqual([])
    expect(layers.map(({ id }) => id)).toEqual([
      'infra/os',
      'infra/kubernetes',
      'infra/cni',
      'infra/csi',
      'b/early',
      'b/x',
      'a/y',
      'b/late',
    ])
    expect(kubernetesVersion).toBe('1.34.4')
  })

  it('say what happens to their deviations, also by a variable, or leave it to the cluster', () => {
    const values = (name: string, drift: string) => layer(name, { values: `pack: {drift: ${drift}}` })
    const layers = [values('a', 'alert'), values('b', '"{{.spectro.var.b}}"'), layer('c'), values('d', 'never')]
    const variables = [{ name: 'b', defaultValue: 'heal' }]
    const resolved = resolve([profile('p', layers, { variables })])
    expect(resolved.layers.map(({ id, drift }) => [id, drift])).toEqual([
      ['p/a', 'alert'],
      ['p/b', 'heal'],
      ['p/c', undefined],
    ])
    expect(resolved.problems).toMatchObject([{ layer: 'p/d', path: 'pack.drift' }])
  })

  it('of two profiles may not be the same releases', () => {
    const twice = (values: string) => resolve([profile('a', [layer('web')]), profile('b', [layer('web', { values })])])
    expect(twice('').problems).toMatchObject([
      {
        layer: 'b/web',
        profileUid: 'uid-b',
        message: expect.stringContaining("installs the same as layer a/web: give one an alias ('<alias>--web')"),
      },
    ])
    expect(twice('pack: {namespace: other}').problems).toEqual([])
    expect(twice('pack: {releaseNameOverride: {web: mine}}').problems).toEqual([])
  })

  it('carry resolved texts, their namespace, and the digest they were saved with', () => {
    const values = `pack: {namespace: web}
k: '{{.spectro.system.kubernetes.version}} {{.spectro.macro.domain}} {{.spectro.var.size}} {{.spectro.system.clusterprofile.name}}'
other: "{{.spectro.pack.kubernetes.nothing | default "d"}}{{ .spectro.pack.db.account }}"
`
    const app = profile(
      'app',
      [
        layer('web', {
          values,
          digest: 'sha256:pinned',
          manifests: [{ uid: 'm', name: 'extra', content: 'c: {{.spectro.system.cluster.name}}\n' }],
        }),
        layer('second--db', { values: 'account: 0123\n' }),
      ],
      { variables: [{ name: 'size', defaultValue: 's' }], variableValues: { size: 'xl' } },
    )
    const [, , , , web] = resolve([infra, app]).layers
    expect(web).toMatchObject({
      namespace: 'web',
      pack: { registry: 'https://r', repository: 'pack-web', digest: 'sha256:pinned' },
      manifests: [{ name: 'extra', content: 'c: demo\n' }],
    })
    expect(web?.values).toContain("k: '1.34.4 example.org xl app'")
    expect(web?.values).toContain('other: "d0123"')
  })

  it('read a section that a value brings as a whole, or by an anchor', () => {
    const values = (text: string, x: string) =>
      resolve([profile('p', [layer('web', { values: text })], { variables: [{ name: 'x', defaultValue: x }] })])
    expect(values('pack: {{.spectro.var.x}}\n', '{namespace: web}').layers[0]?.namespace).toBe('web')
    expect(values('{{.spectro.var.x}}: {namespace: web}\n', 'pack').layers[0]?.namespace).toBe('web')
    expect(values('a: &a {namespace: "{{.spectro.var.x}}"}\npack: *a\n', 'web').layers[0]?.namespace).toBe('web')
    expect(values('<<: {pack: {namespace: "{{.spectro.var.x}}"}}\n', 'web').layers[0]?.namespace).toBe('web')
  })

  it("use the pack's own values when they give none", () => {
    expect(resolve([profile('p', [layer('web', { values: ' \n' })])]).layers[0]?.values).toBe('own: true\n')
  })
})

describe('problems', () => {
  test.each<[string, AttachedProfile, object]>([
    [
      'an unknown variable',
      profile('p', [layer('l', { values: 'a: 1\nb: "{{.spectro.var.x}}"' })]),
      { layer: 'p/l', line: 2, message: /define variable 'x' in profile 'p'/ },
    ],
    [
      'a variable without a value',
      profile('p', [layer('l', { values: 'b: "{{.spectro.var.x}}"' })], { variables: [{ name: 'x', required: true }] }),
      { layer: 'p', message: /give the cluster one/ },
    ],
    [
      'an unknown macro',
      profile('p', [layer('l', { values: '"{{.spectro.macro.x}}"' })]),
      { message: /define macro 'x' in the project or the tenant/ },
    ],
    [
      'an unknown system value',
      profile('p', [layer('l', { values: 'a: "{{.spectro.system.x.y}}"' })]),
      { message: /known: .*cluster\.name/ },
    ],
    [
      'a value that changes how the text is read',
      profile('p', [layer('l', { values: 'pack: {namespace: web}\na: {{.spectro.var.x}}\n' })], {
        variables: [{ name: 'x', defaultValue: '[' }],
      }),
      { layer: 'p/l', message: /flow/i },
    ],
    [
      'a wrong namespace behind a value of several lines',
      profile('p', [layer('l', { values: 'a: |\n  {{.spectro.var.x}}\npack:\n  namespace: A_B\n' })], {
        variables: [{ name: 'x', defaultValue: 'one\ntwo' }],
      }),
      { line: 4, path: 'pack.namespace' },
    ],
    [
      'a pack that is nowhere',
      profile('p', [layer('l', { values: 'a: "{{.spectro.pack.x.y}}"' })]),
      { message: /in no profile of this cluster/ },
    ],
    [
      'a wrong namespace',
      profile('p', [layer('l', { values: 'pack:\n  namespace: A_B\n' })]),
      { line: 2, path: 'pack.namespace' },
    ],
    ['values that are no YAML', profile('p', [layer('l', { values: 'a: [' })]), { layer: 'p/l' }],
    [
      'an attached manifest',
      profile('p', [layer('l', { manifests: [{ uid: 'm', name: 'extra', content: '\na: {{.spectro.var.x}}' }] })]),
      { file: 'extra', line: 2 },
    ],
    ['a layer twice', profile('p', [layer('l'), layer('l')]), { layer: 'p/l', message: /alias/ }],
  ])('%s', (_what, broken, expected) => {
    const { problems } = resolve([broken])
    const { message, ...fields } = expected as { message?: RegExp }
    expect(problems[0]).toMatchObject(fields)
    if (message) expect(problems.map((problem) => problem.message).join('\n')).toMatch(message)
  })

  it('name the value that they are about', () => {
    const pack = {
      ...context().packs.get('any'),
      values: 'driver: ""\n',
      schema: { driver: { schema: '{{ required }}' } },
    }
    const packs = { get: () => pack } as unknown as ResolveContext['packs']
    const apps = profile('apps', [layer('snapshots')], { variables: [{ name: 'zone', required: true }] })
    const messages = resolve([apps], { packs }).problems.map(placedMessage)
    expect(messages).toEqual([expect.stringMatching(/^zone: .*give/), 'values.yaml:1 driver: is missing'])
  })

  it('of a pack that no registry has say what to do; the other layers are still resolved', () => {
    const { layers, problems } = resolve([profile('p', [layer('gone'), layer('m', { type: 'manifest' })])], {
      packs: new Map(),
    })
    expect(problems).toMatchObject([{ layer: 'p/gone', message: expect.stringMatching(/synchronise its registry/) }])
    expect(layers.some(({ id }) => id === 'p/m')).toBe(true)
  })
})
