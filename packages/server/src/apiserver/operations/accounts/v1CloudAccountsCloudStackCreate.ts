import { cloudStack } from './clouds.ts'
import { defineAccountCreate } from './define.ts'

export const v1CloudAccountsCloudStackCreate = defineAccountCreate('v1CloudAccountsCloudStackCreate', cloudStack)
