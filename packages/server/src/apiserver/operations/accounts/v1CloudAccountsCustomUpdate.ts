import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { customProvider } from '../clouds/providers.ts'
import { mustNameGateway } from '../overlords/gateway.ts'
import { accountSpec, markCredentials, readCredentials, storeCredentials } from './credentials.ts'
import { lockAccount } from './views.ts'

export const v1CloudAccountsCustomUpdate = defineOperation('v1CloudAccountsCustomUpdate', {
  scope: 'object',
  permission: 'cloudaccount.update',
  async handler({ subject, params, body, unknownOf }, context) {
    const provider = customProvider(context, params.cloudType)
    const credentials = readCredentials(provider, body)
    const spec = accountSpec(params.cloudType, credentials, unknownOf('v1CustomAccountEntity', body))
    const meta = parseMeta(body.metadata)
    mustNameGateway(subject, meta.annotations, false)
    // The provider asks its cloud: only for those who may change this account, and outside any transaction.
    await context.admission.run(subject, (tx) => lockAccount(tx, params.cloudType, params.uid))
    await provider.validateAccount({ uid: params.uid, credentials, settings: spec.settings })
    await context.admission.run(subject, async (tx) => {
      const { meta: old, spec: former } = await lockAccount(tx, params.cloudType, params.uid)
      const marked = { ...spec, ...(await markCredentials(tx, params.uid, credentials, former, context.random)) }
      await tx.update('CloudAccount', params.uid, { ...meta, name: meta.name || old.name, spec: marked })
      await storeCredentials(tx, params.uid, credentials, former.credentialKeys)
    })
  },
})
