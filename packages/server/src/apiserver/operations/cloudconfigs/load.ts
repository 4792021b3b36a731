import type { v1CustomCloudConfig } from '@atrium/api/generated/operations.d.ts'
import type { ClusterSpec, MachinePool } from '@atrium/api/kinds/cluster.ts'
import type { Permission } from '@atrium/api/permissions/catalogue.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { mustHold } from '../../../admission/authorize.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import { viewMeta } from '../../shapes/meta.ts'
import { withUnknown } from '../../shapes/unknown.ts'
import type { AttachContext } from '../clusters/attach-checks.ts'
import { lockCluster, saveCluster } from '../clusters/load.ts'
import { checkPools, valuesOf, viewPool } from '../clusters/pools.ts'

type Cluster = StoredObject<'Cluster'>

/** Who asks for what of a config: such permissions are held beside those on its cluster. */
export interface Asked {
  subject: Subject
  permission: Permission
}

/** The cluster whose infrastructure the public API shows under `configUid`, if the permission is held on it. */
export async function clusterOfConfig(
  tx: Tx,
  { subject, permission }: Asked,
  cloudType: string,
  configUid: string,
): Promise<Cluster> {
  const page = await tx.list('Cluster', { where: { cloudConfigUid: configUid }, limit: 1 })
  const cluster = page.items[0]
  if (cluster?.spec.cloudType === cloudType) {
    mustHold(subject, permission, cluster.meta)
    return cluster
  }
  throw new AtriumError('ResourceNotFound', `Cloud config '${configUid}' of type '${cloudType}' is not found.`)
}

/** The machine of that pool of the cluster, or `ResourceNotFound`. */
export async function machineOfPool(
  tx: Tx,
  { meta }: Cluster,
  { machinePoolName, machineUid }: { machinePoolName: string; machineUid: string },
): Promise<StoredObject<'Machine'>> {
  const machine = await tx.get('Machine', machineUid)
  if (machine?.spec.clusterUid === meta.uid && machine.spec.pool === machinePoolName) return machine
  throw new AtriumError('ResourceNotFound', `Machine '${machineUid}' is not found in pool '${machinePoolName}'.`)
}

export function viewConfig({ meta, spec }: Cluster): v1CustomCloudConfig {
  const cloudConfig = structuredClone(spec.cloudConfig)
  return {
    kind: spec.cloudType,
    metadata: { ...viewMeta(meta), uid: spec.cloudConfigUid },
    spec: {
      cloudAccountRef: { kind: spec.cloudType, uid: spec.cloudAccountUid },
      clusterConfig: withUnknown({ ...cloudConfig, values: valuesOf(cloudConfig) }, cloudConfig),
      machinePoolConfig: spec.machinePools.map(viewPool),
    },
  }
}

/** Changes the infrastructure part of a cluster's spec in one step. */
export async function changeConfig(
  tx: Tx,
  { subject, params }: { subject: Subject; params: { cloudType: string; configUid: string } },
  context: AttachContext,
  change: (spec: ClusterSpec) => Partial<ClusterSpec>,
): Promise<void> {
  const asked = { subject, permission: 'cloudconfig.update' } as const
  const { meta } = await clusterOfConfig(tx, asked, params.cloudType, params.configUid)
  const cluster = await lockCluster(tx, meta.uid)
  const spec = { ...cluster.spec, ...change(cluster.spec) }
  checkPools(spec.machinePools, 'machinePools')
  await saveCluster(tx, cluster, spec, context)
}

/** The pool of that name, or `ResourceNotFound`. */
export function findPool(spec: ClusterSpec, name: string): MachinePool {
  const pool = spec.machinePools.find((one) => one.name === name)
  if (pool) return pool
  throw new AtriumError('ResourceNotFound', `Machine pool '${name}' is not found.`)
}
