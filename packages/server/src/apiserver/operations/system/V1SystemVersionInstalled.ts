import { defineOperation } from '../../operation.ts'
import { version } from './version.ts'

/** This server. */
export const V1SystemVersionInstalled = defineOperation('V1SystemVersionInstalled', {
  scope: 'self',
  permission: null,
  handler: async () => ({ version }),
})
