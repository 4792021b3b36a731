import { defineLocationUpdate } from './define-location.ts'

export const v1UsersAssetsLocationS3Update = defineLocationUpdate('v1UsersAssetsLocationS3Update', 's3')
