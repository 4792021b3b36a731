import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfViews } from '../../shapes/lists.ts'
import { clusterOfConfig, findPool } from './load.ts'
import { viewMachine } from './machines.ts'

export const v1CloudConfigsCustomPoolMachinesList = defineOperation('v1CloudConfigsCustomPoolMachinesList', {
  scope: 'object',
  permission: 'machine.list',
  handler: ({ subject, params, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const asked = { subject, permission: 'machine.list' } as const
      const cluster = await clusterOfConfig(tx, asked, params.cloudType, params.configUid)
      const pool = findPool(cluster.spec, params.machinePoolName)
      const where = { clusterUid: cluster.meta.uid, pool: pool.name }
      const { items } = await tx.list('Machine', { where, limit: 0 })
      const views = items.map((machine) => viewMachine(machine, cluster))
      const page = pageOfViews(views, query)
      return { items: page.items, listmeta: listMeta(page) }
    }),
})
