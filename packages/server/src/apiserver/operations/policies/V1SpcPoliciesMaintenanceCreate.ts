import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { parseSchedules } from './parse.ts'

export const V1SpcPoliciesMaintenanceCreate = defineOperation('V1SpcPoliciesMaintenanceCreate', {
  scope: 'project',
  permission: 'spcPolicy.create',
  async handler({ subject, body, project }, context) {
    const spec = parseSchedules(body.spec)
    await mustFit(context, subject, 'spcpolicy')
    return context.admission.run(subject, async (tx) => {
      const { meta } = await tx.create({ kind: 'MaintenancePolicy', project, ...parseMeta(body.metadata), spec })
      return { uid: meta.uid }
    })
  },
})
