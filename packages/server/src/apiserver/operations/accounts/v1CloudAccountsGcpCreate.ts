import { gcp } from './clouds.ts'
import { defineAccountCreate } from './define.ts'

export const v1CloudAccountsGcpCreate = defineAccountCreate('v1CloudAccountsGcpCreate', gcp)
