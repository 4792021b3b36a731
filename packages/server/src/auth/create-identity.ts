import { audits } from './audits.ts'
import { creations } from './creations.ts'
import { authenticators } from './factors/authenticators.ts'
import { factors } from './factors/factors.ts'
import { secondStep } from './factors/second-step.ts'
import type { Identity } from './identity.ts'
import { mails } from './mail/mails.ts'
import type { Parts } from './parts.ts'
import { passwordChecks } from './passwords/checks.ts'
import { links, userLinks } from './passwords/links.ts'
import { roleBindings } from './rights/role-bindings.ts'
import { roles } from './rights/roles.ts'
import { subjects } from './rights/subjects.ts'
import { teams } from './rights/teams.ts'
import { apiKeys } from './sign-in/api-keys.ts'
import { sessions } from './sign-in/sessions.ts'
import { signIns } from './sign-in/sign-in.ts'
import { tokenHolders } from './sign-in/token-holder.ts'
import { operators } from './tenants/operators.ts'
import { tenantLife } from './tenants/tenant-life.ts'
import { tenants } from './tenants/tenants.ts'
import { users } from './users.ts'

/** Identity on PostgreSQL. */
export function createIdentity(parts: Parts): Identity {
  const checks = { ...passwordChecks(parts), ...tokenHolders(parts) }
  return {
    operators: operators(parts),
    tenantLife: tenantLife(parts),
    links: links(parts),
    mails: mails(parts),
    ...checks,
    ...subjects(parts),
    ...signIns(parts, checks),
    ...secondStep(parts, checks),
    ...factors(parts, checks),
    ...authenticators(parts),
    ...sessions(parts),
    ...userLinks(parts),
    ...tenants(parts),
    ...users(parts),
    ...teams(parts),
    ...roles(parts),
    ...roleBindings(parts),
    ...apiKeys(parts),
    ...audits(parts),
    ...creations(parts),
  }
}
