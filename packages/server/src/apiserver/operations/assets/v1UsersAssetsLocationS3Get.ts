import { defineLocationGet } from './define-location.ts'

export const v1UsersAssetsLocationS3Get = defineLocationGet('v1UsersAssetsLocationS3Get', 's3')
