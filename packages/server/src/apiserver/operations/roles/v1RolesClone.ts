import { notFound } from '../../../admission/authorize.ts'
import { defineOperation } from '../../operation.ts'
import { mustFit } from '../tenants/resource-limits.ts'

export const v1RolesClone = defineOperation('v1RolesClone', {
  scope: 'tenant',
  permission: 'role.create',
  async handler({ subject, params, body }, context) {
    const source = await context.identity.role(subject.tenant, params.uid)
    if (!source) throw notFound('Role', params.uid)
    await mustFit(context, subject, 'role')
    const spec = { scope: source.scope, permissions: [...source.permissions] }
    return context.admission.run(subject, async (tx) => {
      const { meta } = await tx.create({ kind: 'Role', project: null, name: body.metadata?.name ?? '', spec })
      return { uid: meta.uid }
    })
  },
})
