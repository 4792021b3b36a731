import { defineOperation } from '../../operation.ts'
import { parseRole } from './parse.ts'

export const v1RolesCreate = defineOperation('v1RolesCreate', {
  scope: 'tenant',
  permission: 'role.create',
  handler: ({ subject, body, unknownOf }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta } = await tx.create({ kind: 'Role', project: null, ...parseRole(body, unknownOf('v1Role', body)) })
      return { uid: meta.uid }
    }),
})
