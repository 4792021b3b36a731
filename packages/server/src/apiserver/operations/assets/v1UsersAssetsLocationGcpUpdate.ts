import { defineLocationUpdate } from './define-location.ts'

export const v1UsersAssetsLocationGcpUpdate = defineLocationUpdate('v1UsersAssetsLocationGcpUpdate', 'gcp')
