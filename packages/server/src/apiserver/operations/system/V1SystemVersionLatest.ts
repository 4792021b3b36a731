import { defineOperation } from '../../operation.ts'
import { version } from './version.ts'

/** The installed version: nothing is asked over the network for a newer one. */
export const V1SystemVersionLatest = defineOperation('V1SystemVersionLatest', {
  scope: 'self',
  permission: null,
  handler: async () => ({ version }),
})
