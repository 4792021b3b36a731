import { defineLocationUpdate } from './define-location.ts'

export const v1UsersAssetsLocationMinioUpdate = defineLocationUpdate('v1UsersAssetsLocationMinioUpdate', 'minio')
