/**
 * One object changed in the cluster → repaired, on a real API server: 200 different objects one after another, 500 at 50 a
 * second, 1,000 at 200 a second, 200 at once; three times, or as often as the argument says. Run:
 * `node test/bench/drift-repair.ts [runs]`. The time runs from the moment the change was acknowledged to the moment a watch of
 * its own sees the declared value again.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startAgent } from '@atrium/agent/agent.ts'
import { Redaction } from '@atrium/agent/desired/redaction.ts'
import { Helm } from '@atrium/agent/layers/helm.ts'
import { startControlPlane } from '@atrium/dev-env/control-plane.ts'
import { FakePlane } from '@atrium/dev-env/fake-plane.ts'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import type { KubeObject, KubeRef } from '@atrium/kube/object.ts'
import { watchResource } from '@atrium/kube/watch.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { type Figure, report } from './support/report.ts'

const OBJECTS = 1_000
const RUNS = Number(process.argv[2] ?? 3)
/** Objects that are changed one after another, and all at once. */
const SINGLE = 200
const LIMIT_MS = 250
const SLOW_RATE = 50
const FAST_RATE = 200
const FAST_LIMIT_MS = 1_000
const SERVER_OUTPUT_BYTES = 64 * 1024 * 1024
const shared = { clock: systemClock, random: systemRandom, logger: silentLogger }
const NAMESPACE = 'bench'

const configMap = (index: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: `config-${index}`, namespace: NAMESPACE },
  data: { value: 'declared' },
})
const deployment = (index: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: `web-${index}`, namespace: NAMESPACE },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: `web-${index}` } },
    template: {
      metadata: { labels: { app: `web-${index}` } },
      spec: { containers: [{ name: 'web', image: 'web:declared', ports: [{ containerPort: 80 }] }] },
    },
  },
})
const service = (index: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: `web-${index}`, namespace: NAMESPACE, labels: { value: 'declared' } },
  spec: { selector: { app: `web-${index}` }, ports: [{ port: 80 }] },
})
const role = (index: number): KubeObject => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'Role',
  metadata: { name: `role-${index}`, namespace: NAMESPACE, labels: { value: 'declared' } },
  rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
})
const makers = [configMap, deployment, service, role]
const changes: Record<string, object> = {
  ConfigMap: { data: { value: 'changed' } },
  Deployment: { spec: { template: { spec: { containers: [{ name: 'web', image: 'web:changed' }] } } } },
  Service: { metadata: { labels: { value: 'changed' } } },
  Role: { metadata: { labels: { value: 'changed' } } },
}
const isDeclared = (object: KubeObject): boolean =>
  !JSON.stringify({ ...object, metadata: { labels: object.metadata.labels } }).includes('changed')
const keyOf = (ref: KubeRef): string => `${ref.kind}/${ref.name}`

const objects = Array.from({ length: OBJECTS }, (_, index) => (makers[index % makers.length] ?? configMap)(index))

interface Bench {
  client: KubeClient
  /** Resolves when the object of this key is as declared again; asked for before it is changed. */
  repaired: (key: string) => Promise<number>
  /** Seconds of a core that the API server has used. */
  serverSeconds: () => Promise<number>
  close: () => Promise<void>
}

/** A control plane with an agent that has applied all objects and watches them. */
async function openBench(): Promise<Bench> {
  const control = await startControlPlane({ controllerManager: true })
  const stateDir = await mkdtemp(join(tmpdir(), 'atrium-bench-'))
  await mkdir(join(stateDir, 'helm'))
  const { client } = control
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'atrium-system' } })
  const plane = new FakePlane()
  const helm = new Helm({
    command: toolPath('helm'),
    kubeconfigPath: control.kubeconfigPath,
    homeDir: join(stateDir, 'helm'),
    path: '',
    ...shared,
  })
  const agent = await startAgent({
    redaction: new Redaction(),
    client,
    helm,
    packs: plane,
    namespace: 'atrium-system',
    stateDir,
    openLink: () => plane.link(),
    ...shared,
  })
  await plane.send([
    {
      name: 'bench',
      values: `pack:\n  namespace: ${NAMESPACE}\n`,
      manifests: { all: objects.map((object) => JSON.stringify(object)).join('\n---\n') },
    },
  ])
  while (!plane.isApplied()) await systemClock.sleep(50)
  await agent.guard.synced()
  const { repaired, stop } = await watchRepairs(client)
  return {
    client,
    repaired,
    serverSeconds: () => readServerSeconds(control.kubeconfigPath),
    async close() {
      await stop()
      await agent.stop()
      await control.stop()
      await rm(stateDir, { recursive: true, force: true })
    },
  }
}

async function readServerSeconds(kubeconfigPath: string): Promise<number> {
  const args = ['--kubeconfig', kubeconfigPath, 'get', '--raw', '/metrics']
  const { stdout } = await promisify(execFile)(toolPath('kubectl'), args, { maxBuffer: SERVER_OUTPUT_BYTES })
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(stdout)?.[1])
}

async function watchRepairs(client: KubeClient): Promise<Pick<Bench, 'repaired'> & { stop: () => Promise<void> }> {
  const waiting = new Map<string, () => void>()
  const watches = ['v1/ConfigMap', 'apps/v1/Deployment', 'v1/Service', 'rbac.authorization.k8s.io/v1/Role'].map(
    (type) =>
      watchResource({
        client,
        query: {
          apiVersion: type.slice(0, type.lastIndexOf('/')),
          kind: type.slice(type.lastIndexOf('/') + 1),
          namespace: NAMESPACE,
        },
        ...shared,
        onObject: (change, object) => {
          const key = keyOf({ ...object, name: object.metadata.name })
          if (change === 'present' && isDeclared(object)) waiting.get(key)?.()
        },
      }),
  )
  await Promise.all(watches.map((watch) => watch.synced))
  const repaired = (key: string): Promise<number> =>
    new Promise((resolve) =>
      waiting.set(key, () => {
        waiting.delete(key)
        resolve(performance.now())
      }),
    )
  const stop = async (): Promise<void> => {
    for (const watch of watches) await watch.stop()
  }
  return { repaired, stop }
}

type Disturb = (client: KubeClient, object: KubeObject, ref: KubeRef) => Promise<unknown>
const change: Disturb = (client, { kind }, ref) =>
  client.patch(ref, changes[kind], { type: 'strategic', fieldManager: 'somebody' })
const remove: Disturb = (client, _object, ref) => client.delete(ref)

/** Milliseconds from the acknowledged change until the object is as declared again. */
async function repairTime(bench: Bench, object: KubeObject, disturb: Disturb): Promise<number> {
  const ref = { ...object, namespace: NAMESPACE, name: object.metadata.name }
  const repaired = bench.repaired(keyOf(ref))
  await disturb(bench.client, object, ref)
  const disturbedAt = performance.now()
  return Math.max(0, (await repaired) - disturbedAt)
}

async function oneByOne(bench: Bench, disturb: Disturb): Promise<number[]> {
  const times: number[] = []
  for (const object of objects.slice(0, SINGLE)) times.push(await repairTime(bench, object, disturb))
  return times
}

/** Changes at their times, whether the former ones are repaired or not. */
async function atRate(bench: Bench, changed: readonly KubeObject[], perSecond: number): Promise<number[]> {
  const times: Promise<number>[] = []
  const startedAt = performance.now()
  for (const [index, object] of changed.entries()) {
    const dueInMs = startedAt + (index * 1_000) / perSecond - performance.now()
    if (dueInMs > 0) await systemClock.sleep(dueInMs)
    times.push(repairTime(bench, object, change))
  }
  return Promise.all(times)
}

interface Cost {
  perSecond: number
  serverMs: number
  ownMs: number
}

/** What a drift took while all were repaired: repairs a second, and the time of a core of the API server and of this process. */
async function costing(bench: Bench, work: () => Promise<number[]>): Promise<{ times: number[]; cost: Cost }> {
  const [server, own, startedAt] = [await bench.serverSeconds(), process.cpuUsage(), performance.now()]
  const times = await work()
  const seconds = (performance.now() - startedAt) / 1_000
  const { user, system } = process.cpuUsage(own)
  const serverMs = (((await bench.serverSeconds()) - server) * 1_000) / times.length
  return { times, cost: { perSecond: times.length / seconds, serverMs, ownMs: (user + system) / 1_000 / times.length } }
}

const costs: Cost[] = []
const runs = {
  changed: [] as number[][],
  deleted: [] as number[][],
  slow: [] as number[][],
  fast: [] as number[][],
  together: [] as number[][],
}
for (let run = 0; run < RUNS; run += 1) {
  // A cluster of its own for each: an object that is changed again and again within a minute is left alone on purpose.
  const bench = await openBench()
  runs.changed.push(await oneByOne(bench, change))
  runs.deleted.push(await oneByOne(bench, remove))
  // None more than four times within a minute.
  runs.slow.push(await atRate(bench, objects.slice(OBJECTS / 2), SLOW_RATE))
  runs.together.push(await Promise.all(objects.slice(0, SINGLE).map((object) => repairTime(bench, object, change))))
  const { times, cost } = await costing(bench, () => atRate(bench, objects, FAST_RATE))
  runs.fast.push(times)
  costs.push(cost)
  await bench.close()
}

const quantile = (times: readonly number[], q: number): number =>
  times.toSorted((a, b) => a - b)[Math.ceil(times.length * q) - 1] ?? 0
const figure = (name: string, times: readonly number[][], q: number, atMost?: number): Figure => ({
  name: `${name}, p${q * 100}`,
  runs: times.map((one) => quantile(one, q)),
  unit: 'ms',
  ...(atMost === undefined ? {} : { atMost }),
})
report(`Change in a cluster to its repair, ${OBJECTS} objects`, [
  figure('changed, one after another', runs.changed, 0.5),
  figure('changed, one after another', runs.changed, 0.99, LIMIT_MS),
  figure('deleted, one after another', runs.deleted, 0.5),
  figure('deleted, one after another', runs.deleted, 0.99, LIMIT_MS),
  figure(`${SINGLE} changed at once`, runs.together, 0.99),
  figure(`changed at ${SLOW_RATE} a second`, runs.slow, 0.5),
  figure(`changed at ${SLOW_RATE} a second`, runs.slow, 0.99, FAST_LIMIT_MS),
  figure(`changed at ${FAST_RATE} a second`, runs.fast, 0.5),
  figure(`changed at ${FAST_RATE} a second`, runs.fast, 0.99, FAST_LIMIT_MS),
  { name: 'repaired meanwhile', runs: costs.map(({ perSecond }) => perSecond), unit: 'a second' },
  { name: 'API server for each', runs: costs.map(({ serverMs }) => serverMs), unit: 'ms of a core' },
  { name: 'agent, changes and watch for each', runs: costs.map(({ ownMs }) => ownMs), unit: 'ms of a core' },
])
