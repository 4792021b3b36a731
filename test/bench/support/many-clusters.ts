import type { AttachedProfile, ClusterSpec, ClusterStatus, MachinePool } from '@atrium/api/kinds/cluster.ts'
import { newUid, systemRandom } from '@atrium/runtime/base/random.ts'
import type { Actor, NewObject } from '@atrium/runtime/store/store.ts'
import type { PostgresStore } from '@atrium/server/store/postgres-store.ts'

const actor: Actor = { type: 'system', uid: 'bench', name: 'bench' }
const AT_ONCE = 200
const AT = '2026-11-01T10:00:00.000Z'
const WORKERS = 12
const names = ['shop', 'billing', 'search', 'media', 'ledger', 'mail', 'maps', 'chat']
const places = ['berlin', 'oslo', 'lyon', 'turin', 'porto', 'graz']
const clouds = ['inmemory', 'local', 'aws', 'vsphere']

/** Clusters of a living fleet as their objects stand when they run, spread over these projects; a few are not well. */
export const addManyClusters = async (
  store: PostgresStore,
  tenant: string,
  projects: readonly string[],
  count: number,
): Promise<void> => {
  for (let start = 0; start < count; start += AT_ONCE) {
    await store.transaction(tenant, actor, async (tx) => {
      for (let index = start; index < Math.min(count, start + AT_ONCE); index += 1)
        await tx.create(clusterOf(index, projects[Math.floor(index / 10) % projects.length] ?? null))
    })
  }
  // No controller is to work on what is nothing but objects.
  await store.database.asSystem((sql) => sql.query('delete from work_queue'))
}

const clusterOf = (index: number, project: string | null): NewObject<'Cluster'> => ({
  kind: 'Cluster',
  project,
  name: `${names[index % names.length]}-${places[index % places.length]}-${index}`,
  labels: { team: `team-${index % 20}`, stage: index % 3 === 0 ? 'production' : 'test' },
  spec: specOf(index),
  status: statusOf(index),
})

const specOf = (index: number): ClusterSpec => ({
  cloudType: clouds[index % clouds.length] ?? '',
  cloudAccountUid: 'a'.repeat(24),
  cloudConfigUid: newUid(systemRandom),
  cloudConfig: { values: '' },
  machinePools: [poolOf('control', 1, true), poolOf('workers', WORKERS, false)],
  profiles: [profileOf('fleet-infrastructure', 'infra', 2), profileOf('fleet-apps', 'add-on', 3)],
  policy: { drift: 'heal', nodes: 'heal' },
  clusterConfig: {},
})

const poolOf = (name: string, size: number, isControlPlane: boolean): MachinePool => ({
  ...{ name, isControlPlane, useControlPlaneAsWorker: false, size, labels: {}, taints: [], version: '' },
  input: { cloudConfig: { values: '' }, poolConfig: { name, size, isControlPlane } },
})

const profileOf = (name: string, type: AttachedProfile['type'], layers: number): AttachedProfile => ({
  ...{ uid: 'b'.repeat(24), name, version: '1.0.0', type, cloudType: 'all', variables: [], variableValues: {} },
  layers: Array.from({ length: layers }, (_, index) => layerOf(`${name}-${index}`)),
})

const layerOf = (name: string): AttachedProfile['layers'][number] => ({
  ...{ name, type: 'manifest', layer: 'addon', packUid: '', tag: '1.0.0', version: '1.0.0', registryUid: '', logo: '' },
  values: Array.from({ length: 40 }, (_, line) => `option${line}: value ${line} of ${name}\n`).join(''),
  manifests: [],
})

/** One in ten is not healthy, one in twenty not yet running. */
const statusOf = (index: number): ClusterStatus => {
  const isRunning = index % 20 !== 7
  const isHealthy = isRunning && index % 10 !== 3
  const health = isHealthy
    ? { state: 'Healthy' as const, message: 'Everything declared is there.' }
    : { state: 'UnHealthy' as const, message: 'A node is not ready.' }
  return {
    ...{ state: isRunning ? 'Running' : 'Provisioning', health, reportedHealth: health, failure: null },
    ...{ observedGeneration: 1, kubernetesVersion: `1.${33 + (index % 3)}.4`, openDeviations: index % 7 },
    endpoint: { host: `10.0.${index >> 8}.${index & 255}`, port: 6443 },
    desired: { epoch: 1, generation: 1, digest: `sha256:${'c'.repeat(64)}` },
    applied: { epoch: 1, generation: 1 },
    layers: Array.from({ length: 5 }, (_, layer) => ({
      ...{ name: `layer-${layer}`, profileUid: 'b'.repeat(24), packUid: '', version: '1.0.0', state: 'Ready' as const },
      ...{
        message: 'Everything is there.',
        startedAt: AT,
        finishedAt: AT,
        installedDigest: `sha256:${'d'.repeat(64)}`,
      },
    })),
    metrics: {
      ...{ cpuCoresTotal: 52, cpuCoresUsed: 20 + (index % 20), memoryBytesTotal: 2e11, memoryBytesUsed: 1e11 },
      ...{ nodesTotal: WORKERS + 1, nodesReady: WORKERS + (isHealthy ? 1 : 0), podsTotal: 200, podsRunning: 200 },
    },
    nodes: Array.from({ length: WORKERS + 1 }, (_, node) => ({
      ...{ name: `node-${index}-${node}`, providerId: `inmemory://${index}/${node}`, ready: true, message: '' },
      notReadySince: null,
    })),
    journal: Object.fromEntries(
      Array.from({ length: WORKERS + 1 }, (_, node) => [
        `machine/node-${node}`,
        { begunAt: AT, result: { id: `${node}` } },
      ]),
    ),
    ...{ runningSince: AT, reportedEpoch: 1, agentPush: { digest: 'e'.repeat(64), at: AT } },
    agent: {
      ...{ enrolled: true, connected: true, version: '0.1.0', lastHeartbeatAt: AT, podName: 'atrium-agent' },
      ...{ sessionEpoch: 1, planeEpoch: 1 },
    },
  }
}
