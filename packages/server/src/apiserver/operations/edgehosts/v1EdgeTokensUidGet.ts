import { defineOperation } from '../../operation.ts'
import { getToken, viewToken } from './tokens.ts'

export const v1EdgeTokensUidGet = defineOperation('v1EdgeTokensUidGet', {
  scope: 'tenant',
  permission: 'edgeToken.get',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => viewToken(tx, subject, await getToken(tx, params.uid))),
})
