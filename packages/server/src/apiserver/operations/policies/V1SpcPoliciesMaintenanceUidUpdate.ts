import { lockOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { parseSchedules } from './parse.ts'

export const V1SpcPoliciesMaintenanceUidUpdate = defineOperation('V1SpcPoliciesMaintenanceUidUpdate', {
  scope: 'object',
  permission: 'spcPolicy.update',
  async handler({ subject, params, body }, context) {
    const spec = parseSchedules(body.spec)
    await context.admission.run(subject, async (tx) => {
      const { meta } = await lockOne(tx, 'MaintenancePolicy', params.uid)
      const { name, ...given } = parseMeta(body.metadata)
      await tx.update('MaintenancePolicy', params.uid, { name: name || meta.name, ...given, spec })
    })
  },
})
