import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { type LayerPlan, planLayer } from '../src/format/layer.ts'
import { resolveMacros } from '../src/format/macros.ts'
import type { PackFiles } from '../src/format/pack-files.ts'
import { readPresets, readValuesSchema } from '../src/format/presets.ts'
import { listPackDirectories, readPackDirectory } from '../src/sources/directory.ts'
import { packArchive, readPackArchive } from '../src/sources/load.ts'

const root = join(import.meta.dirname, '../../../packs')
const system: Record<string, string> = { 'cluster.name': "o'hara", 'kubernetes.version': '1.34.4' }
const scope = {
  lookUp: ([area, ...rest]: readonly string[]) => {
    const value = area === 'system' ? system[rest.join('.')] : undefined
    return value === undefined ? { missing: 'is unknown' } : { value }
  },
}

interface KubeObject {
  kind: string
  metadata: { name: string; annotations?: Record<string, string> }
  data?: Record<string, string>
  provisioner?: string
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shipped-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** The pack as an agent gets it: through its archive, with resolved values. */
async function planned(directory: string): Promise<{ pack: PackFiles; plan: LayerPlan }> {
  const { archive } = await packArchive(await readPackDirectory(directory))
  const pack = await readPackArchive(archive, directory)
  const resolved = resolveMacros(pack.values, scope)
  expect(resolved.problems).toEqual([])
  return { pack, plan: planLayer(pack, resolved.text, pack.manifest.name) }
}

/** Objects that real helm renders for one chart archive or templated manifest. */
async function render(
  name: string,
  chart: Record<string, string | Uint8Array>,
  target: string,
  values: string,
): Promise<KubeObject[]> {
  const dir = await mkdtemp(join(folder, 'render-'))
  for (const [path, content] of Object.entries({ ...chart, 'values-given.yaml': values })) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), content)
  }
  const args = ['template', name, join(dir, target), '-f', join(dir, 'values-given.yaml')]
  const { stdout } = await promisify(execFile)(toolPath('helm'), args)
  return objectsOf(stdout)
}

const objectsOf = (text: string): KubeObject[] =>
  parseAllDocuments(text).flatMap((document) => (document.contents === null ? [] : [document.toJS() as KubeObject]))

async function renderPlan(plan: LayerPlan): Promise<KubeObject[]> {
  const objects: KubeObject[] = []
  for (const chart of plan.charts) {
    objects.push(...(await render(chart.releaseName, { 'chart.tgz': chart.archive }, 'chart.tgz', chart.valuesText)))
  }
  for (const manifest of plan.manifests) {
    if (!manifest.templated) objects.push(...objectsOf(manifest.content))
    else {
      const chart = {
        'c/Chart.yaml': '{apiVersion: v2, name: c, version: 1.0.0}',
        'c/templates/m.yaml': manifest.content,
      }
      objects.push(...(await render(manifest.releaseName, chart, 'c', manifest.valuesText)))
    }
  }
  return objects
}

const names = (objects: KubeObject[]): string[] =>
  objects.map((object) => `${object.kind}/${object.metadata.name}`).sort()

describe('shipped packs', async () => {
  const directories = await listPackDirectories(root)

  it('are the infrastructure layers of provider local and three add-ons, one of them in two versions', async () => {
    const packs = await Promise.all(directories.map(async (directory) => (await planned(directory)).pack.manifest))
    expect(packs.map((pack) => `${pack.layer}:${pack.name}:${pack.version}`).sort()).toEqual([
      'addon:hello-atrium:1.0.0',
      'addon:hello-atrium:1.1.0',
      'addon:key-value-store:1.0.0',
      'addon:observer:1.0.0',
      'cni:local-cni:1.0.0',
      'csi:local-csi:1.0.0',
      'k8s:kubernetes:1.34.4',
      'k8s:kubernetes:1.35.4',
      'os:local-os:1.0.0',
    ])
  })

  it.each(directories)('%s: presets, schema and rendering work, no binary is committed', async (directory) => {
    const files = await readPackDirectory(directory)
    expect([...files.keys()].filter((path) => /\.(tgz|gz|zip|png)$/.test(path))).toEqual([])
    const { pack, plan } = await planned(directory)
    readPresets(pack.presets)
    readValuesSchema(pack.schema)
    expect(pack.readme).toContain('# ')
    const objects = await renderPlan(plan)
    expect(objects.length > 0).toBe(pack.manifest.layer !== 'os')
  })

  it('hello-atrium: a hook, an own namespace with labels, and an upgrade that is visible', async () => {
    const older = await planned(join(root, 'hello-atrium-1.0.0'))
    const newer = await planned(join(root, 'hello-atrium-1.1.0'))
    expect(older.plan).toMatchObject({
      namespace: 'hello-atrium',
      namespaceLabels: { 'hello-atrium': { 'pod-security.kubernetes.io/enforce-version': 'v1.34' } },
    })
    const [before, after] = [await renderPlan(older.plan), await renderPlan(newer.plan)]
    expect(names(after)).toEqual(names(before))
    const page = (objects: KubeObject[]) => objects.find((object) => object.kind === 'ConfigMap')?.data?.['index.html']
    expect(page(before)).toContain('<h1>Hello from o&#39;hara</h1>')
    expect(page(after)).toContain('<h1>Welcome to o&#39;hara</h1>')
    const job = after.find((object) => object.kind === 'Job')
    expect(job?.metadata.annotations?.['helm.sh/hook']).toBe('post-install,post-upgrade')
  })

  it('observer: the chart with the CRD comes first, and readiness is asked of the Deployment', async () => {
    const { plan } = await planned(join(root, 'observer-1.0.0'))
    expect(plan.charts.map((chart) => chart.name)).toEqual(['observer-crds', 'observer'])
    expect(plan.installPriority).toBe(10)
    expect(plan.readinessChecks).toEqual([
      {
        name: 'observer',
        namespace: 'observer',
        kind: 'Deployment',
        group: 'apps',
        version: 'v1',
        keys: [{ path: 'status.readyReplicas', expected: '1' }],
      },
    ])
    expect(names(await renderPlan(plan))).toContain('Probe/kubernetes-api')
  })

  it('key-value-store: one file is rendered, the other keeps its foreign braces', async () => {
    const { plan } = await planned(join(root, 'key-value-store-1.0.0'))
    expect(plan.manifests.map(({ name, templated }) => ({ name, templated }))).toEqual([
      { name: 'key-value-store', templated: true },
      { name: 'guards', templated: false },
    ])
    const guards = (await renderPlan(plan)).find((object) => object.metadata.name === 'alert-text')
    expect(guards?.data?.['template']).toBe('{{ $labels.instance }} has no answer for {{ humanizeDuration $value }}')
  })

  it('local-csi: the default class names the provisioner that the local cloud serves', async () => {
    const { plan } = await planned(join(root, 'local-csi-1.0.0'))
    const [storageClass] = await renderPlan(plan)
    expect(storageClass).toMatchObject({
      provisioner: 'local.atrium.dev/volume',
      metadata: { annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    })
  })
})
