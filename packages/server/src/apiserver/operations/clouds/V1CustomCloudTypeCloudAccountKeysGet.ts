import { defineOperation } from '../../operation.ts'
import { customProvider } from './providers.ts'

export const V1CustomCloudTypeCloudAccountKeysGet = defineOperation('V1CustomCloudTypeCloudAccountKeysGet', {
  scope: 'self',
  permission: null,
  handler: async ({ params }, context) => ({ keys: [...customProvider(context, params.cloudType).credentialKeys] }),
})
