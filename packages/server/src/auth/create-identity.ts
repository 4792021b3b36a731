import { activation } from './activation.ts'
import { apiKeys } from './api-keys.ts'
import { audits } from './audits.ts'
import { authenticators } from './authenticators.ts'
import { creations } from './creations.ts'
import { factors } from './factors.ts'
import type { Identity } from './identity.ts'
import { operators } from './operators.ts'
import type { Parts } from './parts.ts'
import { passwordChecks } from './password-checks.ts'
import { passwordLinks } from './password-links.ts'
import { roleBindings } from './role-bindings.ts'
import { roles } from './roles.ts'
import { secondStep } from './second-step.ts'
import { sessions } from './sessions.ts'
import { signIns } from './sign-in.ts'
import { subjects } from './subjects.ts'
import { teams } from './teams.ts'
import { tenantLife } from './tenant-life.ts'
import { tenants } from './tenants.ts'
import { tokenHolders } from './token-holder.ts'
import { users } from './users.ts'

/** Identity on PostgreSQL. */
export function createIdentity(parts: Parts): Identity {
  const checks = { ...passwordChecks(parts), ...tokenHolders(parts) }
  const installation = operators(parts)
  return {
    operators: installation,
    tenantLife: tenantLife(parts),
    activation: activation(parts, installation),
    ...checks,
    ...subjects(parts),
    ...signIns(parts, checks),
    ...secondStep(parts, checks),
    ...factors(parts, checks),
    ...authenticators(parts),
    ...sessions(parts),
    ...passwordLinks(parts),
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
