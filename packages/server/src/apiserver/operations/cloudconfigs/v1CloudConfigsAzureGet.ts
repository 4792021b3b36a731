import { defineConfigGet } from './imported-config.ts'

export const v1CloudConfigsAzureGet = defineConfigGet('v1CloudConfigsAzureGet', 'azure')
