import { cloudStack } from './clouds.ts'
import { defineAccountGet } from './define.ts'

export const v1CloudAccountsCloudStackGet = defineAccountGet('v1CloudAccountsCloudStackGet', cloudStack)
