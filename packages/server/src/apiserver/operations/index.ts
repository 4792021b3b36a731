import type { RegisteredOperation } from '../operation.ts'
import { accountOperations } from './account/index.ts'
import { accountsOperations } from './accounts/index.ts'
import { assetsOperations } from './assets/index.ts'
import { atriumOperations } from './atrium/index.ts'
import { auditsOperations } from './audits/index.ts'
import { authOperations } from './auth/index.ts'
import { cloudconfigsOperations } from './cloudconfigs/index.ts'
import { cloudsOperations } from './clouds/index.ts'
import { clustergroupsOperations } from './clustergroups/index.ts'
import { clustersOperations } from './clusters/index.ts'
import { edgehostsOperations } from './edgehosts/index.ts'
import { filtersOperations } from './filters/index.ts'
import { macrosOperations } from './macros/index.ts'
import { mailOperations } from './mail/index.ts'
import { operatorsOperations } from './operators/index.ts'
import { overlordsOperations } from './overlords/index.ts'
import { packsOperations } from './packs/index.ts'
import { passwordsOperations } from './passwords/index.ts'
import { policiesOperations } from './policies/index.ts'
import { profilesOperations } from './profiles/index.ts'
import { projectsOperations } from './projects/index.ts'
import { registriesOperations } from './registries/index.ts'
import { rolesOperations } from './roles/index.ts'
import { systemOperations } from './system/index.ts'
import { teamsOperations } from './teams/index.ts'
import { templatesOperations } from './templates/index.ts'
import { tenantsOperations } from './tenants/index.ts'
import { usersOperations } from './users/index.ts'
import { workspacesOperations } from './workspaces/index.ts'

/** Every operation with a handler, by area. */
export const operations: RegisteredOperation[] = [
  ...authOperations,
  ...auditsOperations,
  ...accountOperations,
  ...passwordsOperations,
  ...mailOperations,
  ...usersOperations,
  ...rolesOperations,
  ...projectsOperations,
  ...packsOperations,
  ...registriesOperations,
  ...profilesOperations,
  ...macrosOperations,
  ...cloudsOperations,
  ...overlordsOperations,
  ...accountsOperations,
  ...clustersOperations,
  ...cloudconfigsOperations,
  ...workspacesOperations,
  ...policiesOperations,
  ...templatesOperations,
  ...clustergroupsOperations,
  ...assetsOperations,
  ...edgehostsOperations,
  ...filtersOperations,
  ...systemOperations,
  ...teamsOperations,
  ...tenantsOperations,
  ...atriumOperations,
  ...operatorsOperations,
]
