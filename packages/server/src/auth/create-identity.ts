import { apiKeys } from './api-keys.ts'
import { audits } from './audits.ts'
import type { Identity } from './identity.ts'
import type { Parts } from './parts.ts'
import { roleBindings } from './role-bindings.ts'
import { roles } from './roles.ts'
import { sessions } from './sessions.ts'
import { signIns } from './sign-in.ts'
import { subjects } from './subjects.ts'
import { teams } from './teams.ts'
import { tenants } from './tenants.ts'
import { users } from './users.ts'

/** Identity on PostgreSQL. */
export const createIdentity = (parts: Parts): Identity => ({
  ...subjects(parts),
  ...signIns(parts),
  ...sessions(parts),
  ...tenants(parts),
  ...users(parts),
  ...teams(parts),
  ...roles(parts),
  ...roleBindings(parts),
  ...apiKeys(parts),
  ...audits(parts),
})
