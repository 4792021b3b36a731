import { describe, expect, it } from 'vitest'
import { planLayer } from './layer.ts'
import type { PackFiles } from './pack-files.ts'
import { releaseName } from './release-name.ts'

const pack = (over: Partial<PackFiles>): PackFiles => ({
  manifest: {
    name: 'p',
    displayName: 'p',
    version: '1',
    layer: 'addon',
    addonType: '',
    cloudTypes: [],
    annotations: {},
    charts: [],
    kubeManifests: [],
    ansibleRoles: [],
    dependencies: [],
    constraints: null,
  },
  values: '',
  readme: '',
  charts: [],
  manifests: [],
  presets: '',
  schema: '',
  logo: null,
  ...over,
})
const chart = (name: string, path = `charts/${name}-1.2.3.tgz`) => ({
  path,
  name,
  version: '1.2.3',
  archive: new Uint8Array(),
  definitions: [],
  hasInnerCharts: false,
})

describe('the values of a chart', () => {
  const valuesOf = (text: string, ...charts: ReturnType<typeof chart>[]) =>
    planLayer(pack({ charts }), text, 'layer').charts.map((planned) => planned.valuesText.trim())

  it('stand below its name, else below the name of its archive', () => {
    expect(valuesOf('charts:\n  web:\n    a: 1\n', chart('web'))).toEqual(['a: 1'])
    expect(valuesOf('charts:\n  ingress-web:\n    a: 1\n', chart('web', 'charts/ingress-web-v1.2.tgz'))).toEqual([
      'a: 1',
    ])
  })
  it('of a single chart may stand directly below charts', () => {
    expect(valuesOf('charts:\n  a: 1\n', chart('web'))).toEqual(['a: 1'])
    expect(valuesOf('charts:\n  web: {a: 1}\n', chart('web'), chart('other'))).toEqual(['{a: 1}', ''])
    expect(valuesOf('', chart('web'))).toEqual([''])
  })
})

describe('a plan', () => {
  it('reads the pack section: namespace, labels, priority, release names', () => {
    const plan = planLayer(
      pack({ charts: [chart('web'), chart('db')] }),
      `pack:
  namespace: shop
  additionalNamespaces: "a, b"
  spectrocloud.com/install-priority: "-5"
  namespaceLabels:
    shop: "pod-security.kubernetes.io/enforce=privileged,x=y=z"
  releaseNameOverride:
    web: front
readinessCheck:
  v1beta1:
    - {name: w, kind: Widget, group: x.io, version: v1, keysToCheck: [{keyToCheck: status.ok, expectedValue: True}]}
`,
      'alias--shop',
    )
    expect(plan).toMatchObject({
      namespace: 'shop',
      namespaceGiven: true,
      additionalNamespaces: ['a', 'b'],
      installPriority: -5,
      namespaceLabels: { shop: { 'pod-security.kubernetes.io/enforce': 'privileged', x: 'y=z' } },
      readinessChecks: [{ name: 'w', namespace: 'shop', keys: [{ path: 'status.ok', expected: 'True' }] }],
    })
    expect(plan.charts.map((planned) => planned.releaseName)).toEqual(['front', 'alias-shop-db'])
  })

  it('names every wrong field with its line', () => {
    const text =
      'pack:\n  namespace: Not_OK\n  spectrocloud.com/install-priority: soon\n  namespaceLabels:\n    ok: "novalue"\n  drift: off\n'
    expect(() => planLayer(null, text, 'l')).toThrow(
      /yaml:2 pack\.namespace.*yaml:3 .*priority.*yaml:5 pack\.namespaceLabels\.ok.*yaml:6 pack\.drift.*heal.*alert/,
    )
  })

  const files = (...paths: string[]) => paths.map((path) => ({ path, content: '' }))

  it('gives manifests of the same file name different releases', () => {
    const manifests = files('manifests/a/m.yaml', 'manifests/b/m.yaml', 'manifests/c.yaml')
    const plan = planLayer(pack({ manifests }), 'manifests:\n  m:\n', 'layer')
    expect(new Set(plan.manifests.map((planned) => planned.releaseName)).size).toBe(3)
    expect(plan.manifests.map((planned) => planned.path)).toEqual(manifests.map((file) => file.path))
    expect(plan.manifests.map((planned) => planned.templated)).toEqual([true, true, false])
  })

  it('gives a templated manifest that is named like a chart a release of its own', () => {
    const { charts, manifests } = planLayer(
      pack({ charts: [chart('web')], manifests: files('manifests/web.yaml') }),
      'manifests:\n  web:\n',
      'layer',
    )
    expect(charts[0]?.releaseName).toBe('layer-web')
    expect(manifests[0]?.releaseName).toBe('layer-manifests-web')
  })

  it('refuses parts that would share a release, and names them', () => {
    const values = 'pack:\n  releaseNameOverride:\n    web: layer-m\nmanifests:\n  m: {}\n  m.x: {}\n'
    const both = pack({ charts: [chart('web'), chart('db')] })
    expect(() => planLayer(both, 'pack:\n  releaseNameOverride: {web: same, db: same}\n', 'layer')).toThrow(
      "values.yaml:2 pack.releaseNameOverride: chart web and chart db would both be release 'same'",
    )
    const clash = pack({ charts: [chart('manifests/m'), chart('web')], manifests: files('manifests/m.yaml') })
    expect(() => planLayer(clash, values, 'layer')).toThrow(
      "chart manifests/m and manifest manifests/m.yaml would both be release 'layer-manifests-m'",
    )
  })
})

describe('release names', () => {
  it('are valid, stable and different', () => {
    expect(releaseName('web', 'web')).toBe('web')
    expect(releaseName('My_App', 'web')).toBe('my-app-web')
    const [long, other] = [releaseName('a'.repeat(80), 'x'), releaseName('a'.repeat(80), 'y')]
    expect(long).toMatch(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/)
    expect(long.length).toBeLessThanOrEqual(53)
    expect(long).not.toBe(other)
    expect(releaseName('--', '')).toMatch(/^layer-[0-9a-f]{8}$/)
  })
})
