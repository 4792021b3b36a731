import { Secret } from '@atrium/runtime/base/secret.ts'
import { newToken } from '../../../auth/tokens.ts'
import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { linkProject, parseTokenSpec, refOf, tokenField, tokenHash } from './tokens.ts'

export const v1EdgeTokensCreate = defineOperation('v1EdgeTokensCreate', {
  scope: 'tenant',
  permission: 'edgeToken.create',
  async handler({ subject, body, unknownOf }, context) {
    const token = newToken(subject.tenant, context.random)
    const unknown = unknownOf('v1EdgeTokenEntity', body)
    const spec = { ...parseTokenSpec(body), tokenHash: tokenHash(token), ...(unknown && { unknown }) }
    await mustFit(context, subject, 'edgetoken')
    return context.admission.run(subject, async (tx) => {
      const { meta } = await tx.create({ kind: 'EdgeToken', project: null, ...parseMeta(body.metadata), spec })
      await tx.putSecret(refOf(meta.uid), tokenField, new Secret(token))
      await linkProject(tx, meta.uid, spec)
      return { uid: meta.uid }
    })
  },
})
