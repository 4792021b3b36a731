import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { notFound } from '../../../admission/authorize.ts'
import { defineOperation } from '../../operation.ts'
import { mustBeCustom } from './parse.ts'

export const v1RolesUidDelete = defineOperation('v1RolesUidDelete', {
  scope: 'tenant',
  permission: 'role.delete',
  async handler({ subject, params }, context) {
    mustBeCustom(params.uid)
    const role = await context.admission.run(subject, (tx) => tx.get('Role', params.uid))
    if (!role) throw notFound('Role', params.uid)
    const holders = await context.identity.holdersOf(subject.tenant, params.uid)
    if (holders.length > 0) {
      throw new AtriumError(
        'ResourceInUse',
        `${holders.length} users hold role '${role.meta.name}'. Take it from them first.`,
        {
          details: { usedBy: holders.map((uid) => ({ kind: 'User', uid })) },
        },
      )
    }
    await context.admission.run(subject, (tx) => tx.delete('Role', params.uid))
  },
})
