import { aws } from './clouds.ts'
import { defineAccountList } from './define.ts'

export const v1CloudAccountsAwsList = defineAccountList('v1CloudAccountsAwsList', aws)
