import { defineOperation } from '../../operation.ts'
import { listMeta, pageOfViews } from '../../shapes/lists.ts'
import { clusterOfConfig, findPool } from './load.ts'
import { viewMachine } from './machines.ts'

export const v1CloudConfigsCustomPoolMachinesList = defineOperation('v1CloudConfigsCustomPoolMachinesList', {
  scope: 'object',
  permission: 'machine.list',
  handler: ({ subject, params, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta, spec } = await clusterOfConfig(
        tx,
        { subject, permission: 'machine.list' },
        params.cloudType,
        params.configUid,
      )
      const pool = findPool(spec, params.machinePoolName)
      const { items } = await tx.list('Machine', { where: { clusterUid: meta.uid, pool: pool.name }, limit: 0 })
      const views = items.map((machine) => viewMachine(machine, spec.cloudType))
      const page = pageOfViews(views, query)
      return { items: page.items, listmeta: listMeta(page) }
    }),
})
