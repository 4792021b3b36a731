import { defineLocationGet } from './define-location.ts'

export const v1UsersAssetsLocationAzureGet = defineLocationGet('v1UsersAssetsLocationAzureGet', 'azure')
