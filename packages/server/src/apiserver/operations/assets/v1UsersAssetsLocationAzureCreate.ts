import { defineLocationCreate } from './define-location.ts'

export const v1UsersAssetsLocationAzureCreate = defineLocationCreate('v1UsersAssetsLocationAzureCreate', 'azure')
