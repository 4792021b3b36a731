import { defineLocationGet } from './define-location.ts'

export const v1UsersAssetsLocationMinioGet = defineLocationGet('v1UsersAssetsLocationMinioGet', 'minio')
