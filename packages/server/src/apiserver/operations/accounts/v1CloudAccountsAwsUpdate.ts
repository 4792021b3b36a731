import { aws } from './clouds.ts'
import { defineAccountUpdate } from './define.ts'

export const v1CloudAccountsAwsUpdate = defineAccountUpdate('v1CloudAccountsAwsUpdate', aws)
