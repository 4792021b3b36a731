import { cloudStack } from './clouds.ts'
import { defineAccountDelete } from './define.ts'

export const v1CloudAccountsCloudStackDelete = defineAccountDelete('v1CloudAccountsCloudStackDelete', cloudStack)
