import { createHash } from 'node:crypto'
import type { v1GenericMachine } from '@atrium/api/generated/operations.d.ts'
import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import { defineOperation, type RegisteredOperation } from '../../operation.ts'
import { listMeta, pageOfArray } from '../../shapes/lists.ts'
import { clusterOfConfig } from './load.ts'

type Cloud = 'Aws' | 'Azure' | 'CloudStack' | 'Gcp' | 'Generic'
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
        const page = pageOfArray(views, query)
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
        const views = viewNodes(
          await clusterOfConfig(tx, { subject, permission: 'machine.get' }, cloudType, params.configUid),
        )
        const found = views.find(({ metadata }) => metadata?.uid === params.machineUid)
        if (found) return found
        throw new AtriumError('ResourceNotFound', `Machine '${params.machineUid}' is not found in this cluster.`)
      }),
  })

const viewNodes = ({ meta, status }: StoredObject<'Cluster'>): v1GenericMachine[] =>
  (status.nodes ?? []).map((node) => viewNode(meta.uid, node))

const viewNode = (clusterUid: string, { name, ready, message }: Node): v1GenericMachine => ({
  apiVersion: 'v1',
  kind: 'Machine',
  metadata: { uid: createHash('sha256').update(`${clusterUid}/${name}`).digest('hex').slice(0, 24), name },
  status: {
    instanceState: 'Running',
    ready,
    health: {
      state: ready ? 'Healthy' : 'UnHealthy',
      conditions: message ? [{ type: 'Ready', status: ready ? 'True' : 'False', message }] : [],
    },
  },
})
