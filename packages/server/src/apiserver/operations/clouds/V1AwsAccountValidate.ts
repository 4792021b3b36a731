import { aws } from '../accounts/clouds.ts'
import { defineAccountValidate } from './validate.ts'

export const V1AwsAccountValidate = defineAccountValidate('V1AwsAccountValidate', aws)
