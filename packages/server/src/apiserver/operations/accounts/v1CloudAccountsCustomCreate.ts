import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { customProvider } from '../clouds/providers.ts'
import { mustNameGateway } from '../overlords/gateway.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { accountSpec, readCredentials, storeCredentials } from './credentials.ts'

export const v1CloudAccountsCustomCreate = defineOperation('v1CloudAccountsCustomCreate', {
  scope: 'project',
  permission: 'cloudaccount.create',
  async handler({ subject, params, body, project, unknownOf }, context) {
    const provider = customProvider(context, params.cloudType)
    const credentials = readCredentials(provider, body)
    const spec = accountSpec(params.cloudType, credentials, unknownOf('v1CustomAccountEntity', body))
    const meta = parseMeta(body.metadata)
    mustNameGateway(subject, meta.annotations, false)
    await mustFit(context, subject, 'cloudaccount')
    await provider.validateAccount({ uid: '', credentials, settings: spec.settings })
    return context.admission.run(subject, async (tx) => {
      const { meta: made } = await tx.create({ kind: 'CloudAccount', project, ...meta, spec })
      await storeCredentials(tx, made.uid, credentials)
      return { uid: made.uid }
    })
  },
})
