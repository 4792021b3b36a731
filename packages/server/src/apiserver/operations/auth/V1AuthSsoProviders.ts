import { definePublicOperation } from '../../operation.ts'

/** Providers of the installation itself, as public ones would be: there are none, each tenant has its own. */
export const V1AuthSsoProviders = definePublicOperation('V1AuthSsoProviders', async () => [])
