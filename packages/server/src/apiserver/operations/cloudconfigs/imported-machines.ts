import { createHash } from 'node:crypto'
import type { v1GenericMachine } from '@atrium/api/generated/operations.d.ts'
import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { defineOperation, type RegisteredOperation } from '../../operation.ts'
import { listMeta, pageOfViews } from '../../shapes/lists.ts'
import { clusterOfConfig } from './load.ts'
import { viewMaintenance } from './maintenance.ts'

type Cloud = 'Aws' | 'Azure' | 'CloudStack' | 'Gcp' | 'Generic'
type Cluster = StoredObject<'Cluster'>
type Node = NonNullable<ClusterStatus['nodes']>[number]

/**
 * Machines of imported clusters are the nodes that their agents report. Nobody knows which pools their owners made them of, so
 * they are in every pool that a client names.
 */
export const defineMachineList = (
  id: `v1CloudConfigs${Cloud}PoolMachinesList`,
  cloudType: string,
): RegisteredOperation =>
  defineOperation(id, {
    scope: 'object',
    permission: 'machine.list',
    handler: ({ subject, params, query }, context) =>
      context.admission.run(subject, async (tx) => {
        const views = viewNodes(
          await clusterOfConfig(tx, { subject, permission: 'machine.list' }, cloudType, params.configUid),
        )
        const page = pageOfViews(views, query)
        return { items: page.items, listmeta: listMeta(page) }
      }),
  })

export const defineMachineGet = (
  id: `v1CloudConfigs${Cloud}PoolMachinesUidGet`,
  cloudType: string,
): RegisteredOperation =>
  defineOperation(id, {
    scope: 'object',
    permission: 'machine.get',
    handler: ({ subject, params }, context) =>
      context.admission.run(subject, async (tx) => {
        const asked = { subject, permission: 'machine.get' } as const
        const cluster = await clusterOfConfig(tx, asked, cloudType, params.configUid)
        return viewNode(cluster, nodeOfUid(cluster, params.machineUid))
      }),
  })

/** The node that stands for the machine of that uid, or `ResourceNotFound`. */
export function nodeOfUid(cluster: Cluster, uid: string): Node {
  const found = cluster.status.nodes?.find((node) => uidOf(cluster, node) === uid)
  if (found) return found
  throw new AtriumError('ResourceNotFound', `Machine '${uid}' is not found in this cluster.`)
}

const uidOf = ({ meta }: Cluster, { name }: Node): string =>
  createHash('sha256').update(`${meta.uid}/${name}`).digest('hex').slice(0, 24)

const viewNodes = (cluster: Cluster): v1GenericMachine[] =>
  (cluster.status.nodes ?? []).map((node) => viewNode(cluster, node))

const viewNode = (cluster: Cluster, node: Node): v1GenericMachine => ({
  apiVersion: 'v1',
  kind: 'Machine',
  metadata: { uid: uidOf(cluster, node), name: node.name },
  status: {
    instanceState: 'Running',
    ready: node.ready,
    health: {
      state: node.ready ? 'Healthy' : 'UnHealthy',
      conditions: node.message ? [{ type: 'Ready', status: node.ready ? 'True' : 'False', message: node.message }] : [],
    },
    maintenanceStatus: viewMaintenance(cluster, node.name),
  },
})
