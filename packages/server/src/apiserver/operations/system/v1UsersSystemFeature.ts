import { defineOperation } from '../../operation.ts'

/** No feature is behind a switch. */
export const v1UsersSystemFeature = defineOperation('v1UsersSystemFeature', {
  scope: 'self',
  permission: null,
  handler: async () => ({ items: [] }),
})
