import { defineOperation } from '../../operation.ts'
import { isCustomCloud } from './providers.ts'

export const V1CustomCloudTypesGet = defineOperation('V1CustomCloudTypesGet', {
  scope: 'self',
  permission: null,
  handler: async (_request, context) => ({
    cloudTypes: [...context.providers.keys()].map((name) => ({
      name,
      displayName: name,
      cloudCategory: 'datacenter' as const,
      isCustom: isCustomCloud(name),
      isManaged: false,
    })),
  }),
})
