import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { createGitRepository, type GitRepository } from '@atrium/dev-env/git-repository.ts'
import { type HttpsServer, serveHttps } from '@atrium/dev-env/https-server.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HelmRepository, packageChart, pushChart, serveHelmRepository, writeChart } from './harness/charts.ts'
import { isServing, kubeOf, untilCluster } from './harness/clusters.ts'
import { clusterDocuments } from './harness/fleet-documents.ts'
import { type HostedRegistry, hostRegistry, loginYaml } from './harness/hosted-registry.ts'
import { type ConfigMap, configMap, type Deployment, untilObject } from './harness/objects.ts'
import { openPlatform, type TestPlatform } from './harness/platform.ts'

const LIMIT_MS = 150_000
const folder = mkdtempSync(join(tmpdir(), 'atrium-sources-'))
const at = (...path: string[]): string => join(folder, ...path)
const work = at('git', 'packs')
const next = 'mixed@1.1.0'
const toolsDeployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'tools', name: 'tools' }

let platform: TestPlatform
let registry: HostedRegistry
let helm: HelmRepository
let repository: GitRepository
let git: HttpsServer
let kube: KubeClient
let uid = ''

beforeAll(async () => {
  platform = await openPlatform()
  repository = createGitRepository(at('git'), 'packs')
  ;[registry, helm, git] = await Promise.all([
    hostRegistry(platform, at('registry')),
    serveHelmRepository(at('repository')),
    serveHttps(repository.answer),
    platform.up('--no-demo'),
  ])
  writeFileSync(at('helm-ca.crt'), helm.caBundle)
  writeFileSync(at('git-ca.crt'), git.caBundle)
  writeFileSync(at('login.yaml'), loginYaml, { mode: 0o600 })
}, LIMIT_MS)
afterAll(async () => {
  await kube?.close()
  await platform.close()
  await registry?.stop()
  helm?.stop()
  git?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** The next version of everything there is, each where its publisher puts it. */
async function publish(version: string, defaults: Record<'shop' | 'portal' | 'web' | 'tools', string>): Promise<void> {
  const chart = (name: 'portal' | 'web') => writeChart(at('charts'), name, version, defaults[name])
  await importShop(version, defaults.shop)
  await platform.atrium(...pushShop(version))
  await pushChart(await packageChart(chart('portal'), folder), `oci://${registry.host}/team/charts`, registry)
  await helm.add(chart('web'))
  await platform.atrium('pack', 'new', `tools@${version}`, '--content', 'manifest', '--directory', join(work, 'packs'))
  repository.commit(new Map([['values.yaml', Buffer.from(defaults.tools)]]), `packs/tools-${version}`)
}

const importShop = (version: string, values: string): Promise<string> =>
  platform.atrium('pack', 'import', writeChart(at('charts'), 'shop', version, values), '--out', at('packs'))
const pushShop = (version: string): string[] => [
  ...['pack', 'push', at('packs', `shop-${version}`), '--registry', `${registry.host}/team`],
  ...registry.trust,
]
const add = (name: string, ...options: string[]): Promise<string> =>
  platform.atrium('registry', 'add', name, ...options)
const sync = (name: string): Promise<string> => platform.atrium('registry', 'sync', name, '--wait')
const registries = ['team', 'team-charts', 'charts', 'central']
/** Layers that come from somewhere, in the order of the profile. */
const packs = ['hello-atrium', 'shop', 'portal', 'web', 'tools']

const toolsValues = (replicas: number): string =>
  `pack: {namespace: tools}\nmanifests:\n  tools:\n    # Number of pods.\n    replicas: ${replicas}\n    image: registry.k8s.io/pause:3.10\n`

const profile = `apiVersion: atrium.dev/v1
kind: ClusterProfile
metadata: { name: mixed }
spec:
  version: 1.0.0
  type: add-on
  layers:
    - name: hello-atrium
      version: 1.0.0
      registry: Public Repo
      manifests:
        - name: banner
          content: |
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: banner, namespace: hello-atrium }
            data: { of: "{{.spectro.system.cluster.name}}" }
    - name: shop
      version: 1.0.0
      registry: team
      values: |
        pack:
          namespace: shop
        charts:
          shop:
            # Two, for the sale.
            replicas: 2
            greeting: hello
            colour: blue
    - { name: portal, version: 1.0.0, registry: team-charts }
    - { name: web, version: 1.0.0, registry: charts }
    - { name: tools, version: 1.0.0, registry: central }
    - name: notes
      type: manifest
      manifests:
        - name: notes
          content: |
            apiVersion: v1
            kind: ConfigMap
            metadata: { name: notes, namespace: default }
            data: { text: first }
`

/** Waits until the chart that a layer installed says this of itself. */
const untilFacts = (name: string, wanted: Record<string, string>): Promise<unknown> =>
  untilObject<ConfigMap>(kube, configMap(name, name), JSON.stringify(wanted), ({ data }) =>
    isDeepStrictEqual(data, wanted),
  )
const untilReady = (version: string): Promise<unknown> =>
  untilCluster(platform.client(), uid, `all layers ready, packs with ${version}`, (one) => {
    const layers = one.status?.packs ?? []
    const ofPacks = layers.filter(({ name = '' }) => packs.includes(name))
    const areReady = layers.length === 10 && layers.every(({ condition }) => condition?.type === 'Ready')
    return isServing(one) && areReady && ofPacks.every((layer) => layer.version === version)
  })
const textOf = async (namespace: string, name: string): Promise<Record<string, string>> =>
  (await kube.get<ConfigMap>(configMap(namespace, name))).data

describe('a profile of packs from everywhere', () => {
  it('is made of registries that a tenant adds, and installs', async () => {
    await publish('1.0.0', {
      shop: 'replicas: 1\ngreeting: hello\ncolour: blue\n',
      portal: 'replicas: 1\nlook: of-the-registry\n',
      web: 'replicas: 1\nlook: plain\n',
      tools: toolsValues(1),
    })
    // The same name and version as in the other registry.
    await helm.add(writeChart(at('elsewhere'), 'portal', '1.0.0', 'replicas: 1\nlook: of-the-repository\n'))
    const login = ['--credentials', at('login.yaml')]
    const oci = ['--type', 'oci', '--endpoint', `https://${registry.host}`, '--ca', registry.caFile, ...login]
    const repository = ['--type', 'helm', '--endpoint', `${helm.url}/charts`, '--ca', at('helm-ca.crt'), ...login]
    await Promise.all([
      add('team', ...oci, '--base-path', 'team'),
      add('team-charts', ...oci, '--provider', 'helm', '--base-path', 'team/charts'),
      add('charts', ...repository),
      add('central', '--type', 'pack', '--endpoint', `git+${git.url}/packs/.git#main:packs`, '--ca', at('git-ca.crt')),
    ])
    const told = await Promise.all(registries.map(sync))
    expect(told.map((line) => line.split(',').slice(0, 2).join())).toEqual(
      [1, 1, 2, 1].map((count) => `Success: ${count} offered, ${count} usable`),
    )
    writeFileSync(at('fleet.yaml'), `${profile}---\n${clusterDocuments('mixed', ['mixed@1.0.0'])}`)
    await platform.atrium('apply', '-f', at('fleet.yaml'))
    await platform.atrium('wait', 'cluster', 'mixed', '--for', 'condition=Ready')
    uid = JSON.parse(await platform.atrium('describe', 'cluster', 'mixed', '-o', 'json')).metadata.uid
    await untilReady('1.0.0')
    kube = await kubeOf(platform.client(), uid)
    await untilFacts('shop', { version: '1.0.0', replicas: '2', greeting: 'hello', colour: 'blue' })
    await untilFacts('portal', { version: '1.0.0', replicas: '1', look: 'of-the-registry' })
    await untilFacts('web', { version: '1.0.0', replicas: '1', look: 'plain' })
    expect((await kube.get<Deployment>(toolsDeployment)).spec.replicas).toBe(1)
    expect(await textOf('hello-atrium', 'banner')).toEqual({ of: 'mixed' })
    expect(await textOf('default', 'notes')).toEqual({ text: 'first' })
  })

  it('takes the next version of each, with values merged, and so does its cluster', async () => {
    await publish('1.1.0', {
      shop: 'replicas: 3\ngreeting: hello\ncolour: green\nsize: large\n',
      portal: 'replicas: 1\nlook: of-the-registry, better\n',
      web: 'replicas: 2\nlook: plain\n',
      tools: toolsValues(2),
    })
    await Promise.all(registries.map(sync))
    await platform.atrium('profile', 'clone', 'mixed@1.0.0', next)
    const upgrade = (pack: string) => ['profile', 'upgrade-pack', next, pack, '1.1.0']
    const others = packs.filter((pack) => pack !== 'shop')
    await Promise.all(others.map((pack) => platform.atrium(...upgrade(pack))))
    const refused = await platform.attempt(...upgrade('shop'))
    expect(refused).toMatchObject({ exitCode: 1, output: expect.stringContaining('changed charts.shop.replicas') })
    const told = await platform.atrium(...upgrade('shop'), '--prefer', 'yours')
    expect(told).toContain('follows the new default: charts.shop.colour')
    const text = await platform.atrium('export', 'profile', next)
    expect(text).toContain('            # Two, for the sale.\n            replicas: 2\n')
    const published = text.replace('text: first', 'text: second').replace('draft: true', 'draft: false')
    writeFileSync(at('next.yaml'), published)
    await platform.atrium('apply', '-f', at('next.yaml'))
    await platform.atrium('update', 'cluster', 'mixed', '--profile', next)
    await untilFacts('shop', { version: '1.1.0', replicas: '2', greeting: 'hello', colour: 'green', size: 'large' })
    await untilFacts('portal', { version: '1.1.0', replicas: '1', look: 'of-the-registry, better' })
    await untilFacts('web', { version: '1.1.0', replicas: '2', look: 'plain' })
    await untilReady('1.1.0')
    expect((await kube.get<Deployment>(toolsDeployment)).spec.replicas).toBe(2)
    expect(await textOf('hello-atrium', 'banner')).toEqual({ of: 'mixed' })
    expect(await textOf('default', 'notes')).toEqual({ text: 'second' })
  })

  it('keeps what it holds when a tag is moved, says so, and takes the other content when it is accepted', async () => {
    rmSync(at('packs'), { recursive: true })
    await importShop('1.1.0', 'replicas: 3\ngreeting: hello\ncolour: green\nsize: large\norigin: moved\n')
    expect(await platform.attempt(...pushShop('1.1.0'))).toMatchObject({
      ...{ exitCode: 1, output: expect.stringContaining('--replace') },
    })
    await platform.atrium(...pushShop('1.1.0'), '--replace')
    expect(await sync('team')).toContain('1 moved')
    const shown = await platform.atrium('describe', 'profile', next)
    expect(shown).toContain('The registry has other content under shop 1.1.0 now.')
    const update = ['update', 'cluster', 'mixed', '--profile', next]
    expect(await platform.atrium(...update, '--dry-run')).toMatch(/^mixed\/shop +unchanged/m)
    expect(await platform.atrium('profile', 'accept', next)).toBe(`profile/${next}: accepted shop\n`)
    expect(await platform.atrium(...update)).toMatch(/^mixed\/shop +changed/m)
    const accepted = { version: '1.1.0', replicas: '2', greeting: 'hello', colour: 'green', size: 'large' }
    await untilFacts('shop', { ...accepted, origin: 'moved' })
  })
})
