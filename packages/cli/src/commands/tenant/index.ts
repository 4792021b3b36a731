import type { Command } from 'commander'
import { registerTenantCreate } from './create.ts'
import { registerTenantDelete } from './delete.ts'
import { registerTenantDomains } from './domains.ts'
import { registerTenantShow } from './show.ts'
import { registerTenantStates } from './state.ts'

/** `atrium tenant …` */
export const registerTenant = (program: Command): void => {
  const tenant = program.command('tenant').description('tenants of the installation, for its operators')
  registerTenantCreate(tenant)
  registerTenantShow(tenant)
  registerTenantStates(tenant)
  registerTenantDomains(tenant)
  registerTenantDelete(tenant)
}
