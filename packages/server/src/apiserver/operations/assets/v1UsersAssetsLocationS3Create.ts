import { defineLocationCreate } from './define-location.ts'

export const v1UsersAssetsLocationS3Create = defineLocationCreate('v1UsersAssetsLocationS3Create', 's3')
