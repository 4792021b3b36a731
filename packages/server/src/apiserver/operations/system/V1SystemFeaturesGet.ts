import { defineOperation } from '../../operation.ts'

/** No feature is behind a switch. */
export const V1SystemFeaturesGet = defineOperation('V1SystemFeaturesGet', {
  scope: 'self',
  permission: null,
  handler: async () => ({ items: [] }),
})
