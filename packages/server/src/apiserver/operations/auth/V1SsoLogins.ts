import { definePublicOperation } from '../../operation.ts'
import { viewLogins } from './views.ts'

export const V1SsoLogins = definePublicOperation('V1SsoLogins', async ({ query }, { sso }) =>
  viewLogins(query.org ? await sso.loginsOf(query.org) : []),
)
