import { defineLocationCreate } from './define-location.ts'

export const v1UsersAssetsLocationGcpCreate = defineLocationCreate('v1UsersAssetsLocationGcpCreate', 'gcp')
