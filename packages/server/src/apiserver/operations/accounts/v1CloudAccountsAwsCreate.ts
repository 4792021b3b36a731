import { aws } from './clouds.ts'
import { defineAccountCreate } from './define.ts'

export const v1CloudAccountsAwsCreate = defineAccountCreate('v1CloudAccountsAwsCreate', aws)
