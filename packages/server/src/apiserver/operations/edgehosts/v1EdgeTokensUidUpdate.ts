import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { getToken, linkProject, parseTokenSpec } from './tokens.ts'

/** The token itself stays, and whether it is in force. */
export const v1EdgeTokensUidUpdate = defineOperation('v1EdgeTokensUidUpdate', {
  scope: 'tenant',
  permission: 'edgeToken.update',
  handler: ({ subject, params, body, unknownOf }, context) =>
    context.admission.run(subject, async (tx) => {
      const { tokenHash, isDisabled } = (await getToken(tx, params.uid)).spec
      const unknown = unknownOf('v1EdgeTokenUpdate', body)
      const kept = { tokenHash, ...(isDisabled && { isDisabled }), ...(unknown && { unknown }) }
      const spec = { ...kept, ...parseTokenSpec(body) }
      await tx.update('EdgeToken', params.uid, { ...parseMeta(body.metadata), spec })
      await linkProject(tx, params.uid, spec)
    }),
})
