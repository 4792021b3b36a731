import { gcp } from './clouds.ts'
import { defineAccountUpdate } from './define.ts'

export const v1CloudAccountsGcpUpdate = defineAccountUpdate('v1CloudAccountsGcpUpdate', gcp)
