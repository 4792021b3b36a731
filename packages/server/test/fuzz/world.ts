import { seedCatalogue } from '@atrium/dev-env/catalogue.ts'
import { createVictim } from '../probe/victim.ts'
import type { TestApi } from '../support/api.ts'
import type { World } from './request.ts'

/** A tenant with one of everything, and an administrator whom no case can name: what takes them away would end the rest. */
export async function openFuzzWorld(api: TestApi): Promise<World> {
  const { tenant, project, uids } = await createVictim(api)
  const { apiKey } = await api.newUser(tenant, [{ role: 'Tenant Admin' }])
  return { uids, project, admin: apiKey, operator: api.operatorToken }
}

/** Packs that every tenant sees. */
export const addPacks = (api: TestApi): Promise<unknown> => seedCatalogue(api.context.store)
