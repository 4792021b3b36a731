import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import { selectUser } from '../../store/identity/users.ts'
import type { Parts } from '../parts.ts'
import type { Operators } from '../tenants/operators.ts'
import { readToken } from '../tokens.ts'
import { passwordLinks } from './links.ts'

/** Passwords that people set by a link, whoever they are. */
export interface Activation {
  /** Whom a link is for: their password is held to this tenant's rules. Throws `Unauthorized` for one that is not good. */
  tenantOfLink(token: string): Promise<string>
  /** Sets the password that the link is for; a tenant that waited for it is open. Answers whose it is. */
  useLink(token: string, password: Secret<string>): Promise<{ email: string; organization: string }>
}

const noLink = (): AtriumError =>
  new AtriumError('Unauthorized', 'The link was used, has expired, or is none of ours. Ask for a new one.')

export function activation(parts: Parts, operators: Operators): Activation {
  const { system, database } = parts
  const links = passwordLinks(parts)
  const useUsers = async (token: string, password: Secret<string>) => {
    const link = await links.passwordLink(token)
    if (!link || !(await links.followPasswordLink(token, password))) throw noLink()
    const { tenant, userUid } = link
    const user = await database.withTenant(tenant, (sql) => selectUser(sql, tenant, userUid))
    return { email: user?.email ?? '', organization: (await system.tenant(tenant))?.name ?? '' }
  }

  return {
    async tenantOfLink(token) {
      const known = readToken(token)
      if (known?.tenant === systemTenant && (await operators.hasLink(known.hash))) return systemTenant
      const link = await links.passwordLink(token)
      if (!link) throw noLink()
      return link.tenant
    },

    async useLink(token, password) {
      const known = readToken(token)
      if (known?.tenant !== systemTenant) return useUsers(token, password)
      const operator = await operators.followLink(known.hash, password)
      if (!operator) throw noLink()
      return { email: operator.email, organization: '' }
    },
  }
}
