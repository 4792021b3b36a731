import { aws } from './clouds.ts'
import { defineAccountDelete } from './define.ts'

export const v1CloudAccountsAwsDelete = defineAccountDelete('v1CloudAccountsAwsDelete', aws)
