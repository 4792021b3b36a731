import { defineLocationUpdate } from './define-location.ts'

export const v1UsersAssetsLocationAzureUpdate = defineLocationUpdate('v1UsersAssetsLocationAzureUpdate', 'azure')
