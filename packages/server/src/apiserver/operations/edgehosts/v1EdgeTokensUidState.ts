import { defineOperation } from '../../operation.ts'
import { getToken } from './tokens.ts'

/** Go clients leave `false` out. */
export const v1EdgeTokensUidState = defineOperation('v1EdgeTokensUidState', {
  scope: 'tenant',
  permission: 'edgeToken.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const { isDisabled: _, ...spec } = (await getToken(tx, params.uid)).spec
      await tx.update('EdgeToken', params.uid, {
        spec: { ...spec, ...(body.isActive !== true && { isDisabled: true }) },
      })
    }),
})
