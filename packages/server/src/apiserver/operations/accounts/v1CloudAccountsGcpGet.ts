import { gcp } from './clouds.ts'
import { defineAccountGet } from './define.ts'

export const v1CloudAccountsGcpGet = defineAccountGet('v1CloudAccountsGcpGet', gcp)
