import { defineConfigGet } from './imported-config.ts'

export const v1CloudConfigsAwsGet = defineConfigGet('v1CloudConfigsAwsGet', 'aws')
