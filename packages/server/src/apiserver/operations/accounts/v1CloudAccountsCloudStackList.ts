import { cloudStack } from './clouds.ts'
import { defineAccountList } from './define.ts'

export const v1CloudAccountsCloudStackList = defineAccountList('v1CloudAccountsCloudStackList', cloudStack)
