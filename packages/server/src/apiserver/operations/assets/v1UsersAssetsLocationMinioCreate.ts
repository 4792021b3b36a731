import { defineLocationCreate } from './define-location.ts'

export const v1UsersAssetsLocationMinioCreate = defineLocationCreate('v1UsersAssetsLocationMinioCreate', 'minio')
