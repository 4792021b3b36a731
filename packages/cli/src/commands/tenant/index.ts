import type { Command } from 'commander'
import { registerTenantCreate } from './create.ts'

/** `atrium tenant …` */
export const registerTenant = (program: Command): void => {
  registerTenantCreate(program.command('tenant').description('tenants of this installation (operator)'))
}
