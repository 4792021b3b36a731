import { gcp } from './clouds.ts'
import { defineAccountDelete } from './define.ts'

export const v1CloudAccountsGcpDelete = defineAccountDelete('v1CloudAccountsGcpDelete', gcp)
