import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { reachRegistries } from '@atrium/cli/packs/registry.ts'
import { publishImage, readWhole } from '@atrium/dev-env/published-image.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { image, packageChart, pushChart, writeChart } from './harness/charts.ts'
import { kubeOf } from './harness/clusters.ts'
import { clusterDocuments } from './harness/fleet-documents.ts'
import { type HostedRegistry, hostRegistry, loginYaml } from './harness/hosted-registry.ts'
import { type ConfigMap, configMap, type Deployment } from './harness/objects.ts'
import { openPlatform, root, type TestPlatform } from './harness/platform.ts'

const LIMIT_MS = 150_000
// A second platform with a cluster: half a minute, and only with `--all`.
const whole = process.env.ATRIUM_TEST_ALL === '1'
const MIB = 1024 * 1024
const at = (...path: string[]): string => join(folder, ...path)
const shopDeployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'shop' }

let folder = ''
let bundle = ''
let platform: TestPlatform
let outside: HostedRegistry
let inside: HostedRegistry
let kube: KubeClient
let imageDigest = ''

const profile = `apiVersion: atrium.dev/v1
kind: ClusterProfile
metadata: { name: brought }
spec:
  version: 1.0.0
  type: add-on
  layers:
    - { name: shop, version: 1.0.0, registry: packs }
    - { name: portal, version: 1.0.0, registry: charts }
    - { name: web, version: 1.0.0, registry: charts }
`

describe.skipIf(!whole)('a closed network', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atrium-closed-'))
    bundle = at('everything.tar')
    platform = await openPlatform()
    outside = await hostRegistry(platform, at('outside'))
    await using reached = reachRegistries({ ca: outside.caFile, credentials: outside.credentialsFile })
    imageDigest = await publishImage(reached.open(outside.host).content, 'k8s/pause', '3.10', [8 * MIB, 8 * MIB])
    const chart = (name: string) => writeChart(at('charts'), name, '1.0.0', `replicas: 1\nname: ${name}\n`)
    await platform.atrium('pack', 'import', chart('shop'), '--out', at('packs'))
    const to = ['--registry', `${outside.host}/team`, ...outside.trust]
    await platform.atrium('pack', 'push', at('packs', 'shop-1.0.0'), ...to)
    await pushChart(await packageChart(chart('portal'), folder), `oci://${outside.host}/charts`, outside)
    await packageChart(chart('web'), folder)
  }, LIMIT_MS)
  afterAll(async () => {
    await kube?.close()
    await platform.close()
    await Promise.all([outside?.stop(), inside?.stop()])
    rmSync(folder, { recursive: true, force: true })
  })

  it('a bundle of packs, charts and images is made; a mirror that was killed goes on', async () => {
    const mirror = [
      ...['pack', 'mirror', '--all', '--from', `${outside.host}/team`, '--to', bundle, ...outside.trust],
      ...['--chart', `oci://${outside.host}/charts/portal:1.0.0`, '--chart', at('web-1.0.0.tgz')],
      ...['--map', `registry.k8s.io=${outside.host}/k8s`],
    ]
    // Whoever is killed leaves its temporary files: here they go with the test's.
    const env = { ...process.env, TMPDIR: folder }
    const killed = spawn(join(root, 'atrium'), mirror, { stdio: ['ignore', 'pipe', 'ignore'], env })
    const ended = once(killed, 'exit')
    killed.stdout.once('data', () => killed.kill('SIGKILL'))
    expect(await ended).toEqual([null, 'SIGKILL'])
    expect([existsSync(`${bundle}.part`), existsSync(bundle)]).toEqual([true, false])
    const lines = (await platform.atrium(...mirror)).trim().split('\n')
    // What the first run brought is not read again: the line tells no size.
    expect(lines).toEqual([
      expect.stringMatching(/^pack\/shop:1\.0\.0 copied sha256:[0-9a-f]{64}$/),
      expect.stringMatching(/^chart\/portal:1\.0\.0 copied /),
      expect.stringMatching(/^chart\/web:1\.0\.0 copied /),
      `image/${image} copied ${imageDigest} (34 MB)`,
    ])
    await outside.stop()
  })

  it('a platform without any other source installs what the bundle brought', async () => {
    ;[inside] = await Promise.all([hostRegistry(platform, at('inside')), platform.up('--no-demo')])
    await platform.atrium('pack', 'mirror', '--all', '--from', bundle, '--to', `${inside.host}/island`, ...inside.trust)
    await using reached = reachRegistries({ ca: inside.caFile, credentials: inside.credentialsFile })
    const { content } = reached.open(inside.host)
    expect(await readWhole(content, 'island/images/registry.k8s.io/pause', '3.10')).toBe(imageDigest)
    writeFileSync(at('login.yaml'), loginYaml, { mode: 0o600 })
    const add = ['registry', 'add', '--type', 'oci', '--ca', inside.caFile, '--credentials', at('login.yaml')]
    const elsewhere = await platform.attempt(...add, 'elsewhere', '--endpoint', 'https://10.255.255.1')
    expect(elsewhere).toMatchObject({ exitCode: 1, output: expect.stringContaining('ATRIUM_EGRESS_ALLOW') })
    const here = ['--endpoint', `https://${inside.host}`]
    await Promise.all([
      platform.atrium(...add, 'packs', ...here, '--base-path', 'island'),
      platform.atrium(...add, 'charts', ...here, '--provider', 'helm', '--base-path', 'island/charts'),
    ])
    await Promise.all(['packs', 'charts'].map((name) => platform.atrium('registry', 'sync', name, '--wait')))
    writeFileSync(at('fleet.yaml'), `${profile}---\n${clusterDocuments('island', ['brought@1.0.0'])}`)
    await platform.atrium('apply', '-f', at('fleet.yaml'))
    await platform.atrium('wait', 'cluster', 'island', '--for', 'condition=Ready')
    const cluster = JSON.parse(await platform.atrium('describe', 'cluster', 'island', '-o', 'json'))
    kube = await kubeOf(platform.client(), cluster.metadata.uid)
    for (const name of ['shop', 'portal', 'web'])
      expect((await kube.get<ConfigMap>(configMap(name, name))).data).toEqual({ version: '1.0.0', replicas: '1', name })
    const { containers } = (await kube.get<Deployment>(shopDeployment)).spec.template.spec
    expect(containers).toMatchObject([{ image }])
  })
})
