import { definePublicOperation } from '../../operation.ts'

/** Where the provider sends the browser once it ended its own session: the one here had ended before. */
export const V1OidcLogout = definePublicOperation('V1OidcLogout', async () => undefined)
