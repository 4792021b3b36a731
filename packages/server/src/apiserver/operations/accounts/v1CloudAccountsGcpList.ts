import { gcp } from './clouds.ts'
import { defineAccountList } from './define.ts'

export const v1CloudAccountsGcpList = defineAccountList('v1CloudAccountsGcpList', gcp)
