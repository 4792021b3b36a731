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
      'pack:\n  namespace: Not_OK\n  spectrocloud.com/install-priority: soon\n  namespaceLabels:\n    ok: "novalue"\n'
    expect(() => planLayer(null, text, 'l')).toThrow(
      /yaml:2 pack\.namespace.*yaml:3 .*priority.*yaml:5 pack\.namespaceLabels\.ok/,
    )
  })

  it('gives manifests of the same file name different releases', () => {
    const manifests = ['manifests/a/m.yaml', 'manifests/b/m.yaml', 'manifests/c.yaml'].map((path) => ({
      path,
      content: '',
    }))
    const plan = planLayer(pack({ manifests }), 'manifests:\n  m:\n', 'layer')
    expect(new Set(plan.manifests.map((planned) => planned.releaseName)).size).toBe(3)
    expect(plan.manifests.map((planned) => planned.templated)).toEqual([true, true, false])
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
