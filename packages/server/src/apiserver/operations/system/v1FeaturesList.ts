import { defineOperation } from '../../operation.ts'

/** No feature is behind a switch. */
export const v1FeaturesList = defineOperation('v1FeaturesList', {
  scope: 'self',
  permission: null,
  handler: async () => ({ items: [] }),
})
