import { clusterHealthOf, clusterStateOf } from '@atrium/api/cluster-state.ts'
import type { Condition } from '@atrium/api/conditions.ts'
import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import { KubeClient } from '@atrium/kube/client.ts'
import { parseKubeconfig } from '@atrium/kube/config.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { createTenant } from '@atrium/server/auth/tenants/create-tenant.ts'
import { pool, profile } from '@atrium/server/controllers/testing/world.ts'
import type { DevPlane } from '../../src/plane.ts'

/** A cluster of one control plane and two workers, with a layer of these manifests. */
export const specOf = (manifests: string): ClusterSpec => ({
  cloudType: 'local',
  cloudAccountUid: '',
  cloudConfigUid: 'c'.repeat(24),
  cloudConfig: {},
  machinePools: [pool('cp', 1, true), pool('worker', 2)],
  profiles: [profile('infra', [layer('kubernetes', 'k8s')]), profile('apps', [layer('web', 'addon', manifests)])],
  policy: { drift: 'heal', nodes: 'heal' },
  clusterConfig: {},
})

export interface ManagedCluster {
  uid: string
  inTenant<T>(work: (tx: Tx) => Promise<T>): Promise<T>
  /** Null once it is gone. */
  read(): Promise<StoredObject<'Cluster'> | null>
  condition(type: string): Promise<Condition | undefined>
  /** Waits for the world to be as it should; the limit only ends a test that hangs, with what was seen last. */
  eventually(what: string, reached: () => Promise<boolean>, limitMs?: number): Promise<void>
  /** `<state>-<health>`, or `gone`. */
  shown(): Promise<string>
  eventuallyShown(state: string, limitMs?: number): Promise<void>
  /** With the rights of its administrator; close it. */
  kube(): Promise<KubeClient>
}

/** The first cluster of a tenant of its own. */
export const createManagedCluster = async (
  plane: DevPlane,
  name: string,
  spec: ClusterSpec,
): Promise<ManagedCluster> => {
  const tenant = (await createTenant(plane.installation, { name: 'first' }, operatorActor)).tenant.uid
  // The plane may be another one after a restart.
  const inTenant = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
    plane.installation.store.transaction(tenant, operatorActor, work)
  const { uid } = (await inTenant((tx) => tx.create({ kind: 'Cluster', project: null, name, spec }))).meta
  const cluster: ManagedCluster = {
    uid,
    inTenant,
    read: () => inTenant((tx) => tx.get('Cluster', uid)),
    async condition(type) {
      return (await cluster.read())?.conditions.find((one) => one.type === type)
    },
    async eventually(what, reached, limitMs = 90_000) {
      const deadline = systemClock.now() + limitMs
      while (!(await reached())) {
        if (systemClock.now() > deadline)
          throw new Error(`never: ${what}\n${JSON.stringify({ ...(await cluster.read()), spec: undefined }, null, 1)}`)
        await systemClock.sleep(100)
      }
    },
    async shown() {
      const found = await cluster.read()
      return found ? `${clusterStateOf(found)}-${clusterHealthOf(found).state}` : 'gone'
    },
    eventuallyShown: (state, limitMs) =>
      cluster.eventually(state, async () => (await cluster.shown()) === state, limitMs),
    async kube() {
      const kubeconfig = await inTenant((tx) => tx.getSecret({ kind: 'Cluster', uid }, 'kubeconfig'))
      const config = await parseKubeconfig(kubeconfig?.reveal() ?? '', { baseDir: null, clock: systemClock })
      return new KubeClient({ config, clock: systemClock })
    },
  }
  return cluster
}

const layer = (name: string, kind: ProfileLayer['layer'], content = ''): ProfileLayer => ({
  name,
  type: 'manifest',
  layer: kind,
  tag: '1.34.4',
  version: '1.34.4',
  registryUid: '',
  packUid: `pack-${name}`,
  values: '',
  manifests: content === '' ? [] : [{ uid: 'm', name: 'all', content }],
})
