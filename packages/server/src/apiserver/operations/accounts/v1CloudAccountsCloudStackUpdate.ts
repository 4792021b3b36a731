import { cloudStack } from './clouds.ts'
import { defineAccountUpdate } from './define.ts'

export const v1CloudAccountsCloudStackUpdate = defineAccountUpdate('v1CloudAccountsCloudStackUpdate', cloudStack)
