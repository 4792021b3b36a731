import { accountOperations } from './account.ts'
import { clusterOperations } from './clusters.ts'
import { domainOperations } from './domains.ts'
import { explainOperations } from './explain.ts'
import { mailOperations } from './mail.ts'
import type { OwnOperations } from './operation.ts'
import { permissionOperations } from './permissions.ts'
import { planOperations } from './plan.ts'
import { profileOperations } from './profiles.ts'
import { registryOperations } from './registries.ts'
import { revisionOperations } from './revisions.ts'
import { samlKeyOperations } from './saml-keys.ts'
import { signInOperations } from './sign-in.ts'
import { systemOperations } from './system.ts'
import { tenantOperations } from './tenants.ts'
import { userOperations } from './users.ts'
import { watchOperations } from './watch.ts'

/** Every own operation (`/atrium/v1`), beside the public contract. */
export const ownOperations: OwnOperations[] = [
  accountOperations,
  clusterOperations,
  domainOperations,
  explainOperations,
  mailOperations,
  permissionOperations,
  planOperations,
  profileOperations,
  registryOperations,
  revisionOperations,
  samlKeyOperations,
  signInOperations,
  systemOperations,
  tenantOperations,
  watchOperations,
  userOperations,
]
