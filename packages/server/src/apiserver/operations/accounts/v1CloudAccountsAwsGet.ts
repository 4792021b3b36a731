import { aws } from './clouds.ts'
import { defineAccountGet } from './define.ts'

export const v1CloudAccountsAwsGet = defineAccountGet('v1CloudAccountsAwsGet', aws)
