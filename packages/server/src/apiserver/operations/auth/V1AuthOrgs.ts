import { definePublicOperation } from '../../operation.ts'

/** Lists none: organisations are not public here, clients ask for the name. */
export const V1AuthOrgs = definePublicOperation('V1AuthOrgs', async () => ({ organizations: [] }))
