import { defineLocationGet } from './define-location.ts'

export const v1UsersAssetsLocationGcpGet = defineLocationGet('v1UsersAssetsLocationGcpGet', 'gcp')
