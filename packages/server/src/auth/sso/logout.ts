import { isoIn } from '@atrium/runtime/base/clock.ts'
import type { Sql } from '../../store/database.ts'
import { audit } from '../../store/identity/audit.ts'
import { deleteSession } from '../../store/identity/credentials.ts'
import { deleteSessionsLike, deleteSessionsOfOthers, insertTicket, type SsoOrigin } from '../../store/identity/sso.ts'
import type { Scope } from '../identity.ts'
import type { Parts } from '../parts.ts'
import type { Subject } from '../rights/subject.ts'
import { hashOf, readToken } from '../tokens.ts'
import { logoutTokenMs, type SsoProtocol } from './flow.ts'
import type { Oidc } from './oidc.ts'
import { SsoRefusal } from './refusal.ts'
import type { LogoutMessage } from './saml-logout.ts'
import type { SamlSettings } from './settings.ts'
import type { Enabled, Required, SsoRequest } from './sso.ts'
import { ssoActor } from './teams.ts'

export interface SsoLogout {
  /** Ends the session. Where the browser goes to end that of the provider too; '' = nowhere. */
  end(subject: Subject, token: string): Promise<string>
  /** A provider of SAML ends sessions, or confirms that it did. Where the browser goes with the answer; '' = nowhere. */
  samlLogout(request: Pick<SsoRequest, 'org' | 'ip'>, message: LogoutMessage): Promise<string>
  /** A provider of OpenID Connect ends sessions, by a token of its own. */
  oidcLogout(request: Pick<SsoRequest, 'org' | 'ip'>, logoutToken: string): Promise<void>
  /** Ends the sessions that came of a protocol, but for those of `provider`: what is not trusted any more keeps nobody in. */
  endOthers(scope: Scope, protocol: SsoProtocol, provider: string | null): Promise<void>
}

type AskedOrigin = Partial<SsoOrigin> & Pick<SsoOrigin, 'provider'>

interface Around {
  enabledIn: (org: string) => Promise<Enabled>
  guarded: <T>(org: string, ip: string, work: (enabled: Enabled) => Promise<T>) => Promise<T>
  oidc: () => Promise<Oidc>
  required: Required
}

export function ssoLogout(parts: Parts, { enabledIn, guarded, oidc, required }: Around): SsoLogout {
  const { database, clock } = parts

  const endAsAsked = async (sql: Sql, tenant: string, origin: AskedOrigin): Promise<void> => {
    const count = await deleteSessionsLike(sql, tenant, origin)
    const message = `ended ${count} sessions, as the identity provider asked`
    const name = (origin.nameId ?? origin.subject ?? 'one session of the provider').slice(0, 254)
    await audit(sql, clock, tenant, ssoActor, { action: 'signOut', kind: 'Session', uid: '', name, message })
  }

  return {
    async end({ tenant, tenantName, actor }, token) {
      const hash = readToken(token)?.hash
      if (!hash) return ''
      const ended = await database.withTenant(tenant, async (sql) => {
        const was = await deleteSession(sql, tenant, hash)
        const { uid, name } = actor
        const entry = { action: 'signOut', kind: 'Session', uid, name, message: 'signed out' } as const
        if (was) await audit(sql, clock, tenant, actor, entry)
        return was
      })
      const origin = ended?.sso
      if (!origin) return ''
      const { all } = await enabledIn(tenantName)
      const settings = all.find(({ protocol }) => origin.provider.startsWith(`${protocol} `))
      if (!settings) return ''
      return settings.protocol === 'oidc'
        ? orNowhere((await oidc()).end(settings))
        : orNowhere((await import('./saml-logout.ts')).endSaml(settings, clock, origin))
    },

    samlLogout: ({ org, ip }, message) =>
      guarded(org, ip, async ({ all }) => {
        const settings = required(all, org, 'saml')
        const { readLogout } = await import('./saml-logout.ts')
        const told = await readLogout(settings, clock, message)
        if (told === null) return ''
        mustOfferLogout(settings)
        const { uid } = settings.tenant
        await database.withTenant(uid, (sql) => endAsAsked(sql, uid, told.origin))
        return told.answerUrl
      }),

    oidcLogout: ({ org, ip }, logoutToken) =>
      guarded(org, ip, async ({ all }) => {
        const settings = required(all, org, 'oidc')
        const { id, ...origin } = await (await oidc()).readLogout(settings, logoutToken)
        const { uid } = settings.tenant
        await database.withTenant(uid, async (sql) => {
          const end = isoIn(clock, logoutTokenMs)
          // Shown again it would end the sessions that were begun since.
          if (!(await insertTicket(sql, uid, hashOf(`logout ${origin.provider} ${id}`), end))) throw usedAlready()
          await endAsAsked(sql, uid, origin)
        })
      }),

    endOthers: ({ tenant, actor }, protocol, provider) =>
      database.withTenant(tenant, async (sql) => {
        const count = await deleteSessionsOfOthers(sql, tenant, protocol, provider)
        if (count === 0) return
        const message = `ended ${count} sessions of an identity provider that is not trusted any more`
        await audit(sql, clock, tenant, actor, {
          action: 'revoke',
          kind: 'Session',
          uid: tenant,
          name: protocol,
          message,
        })
      }),
  }
}

function mustOfferLogout({ isSingleLogoutEnabled }: SamlSettings): void {
  if (isSingleLogoutEnabled) return
  throw new SsoRefusal('notEnabled', 'This organisation has no single logout.')
}

const usedAlready = (): SsoRefusal =>
  new SsoRefusal('usedAlready', 'This logout token was shown before.', { code: 'InvalidRequest' })

/** The session here has ended already: a provider that cannot be asked changes nothing about it. */
const orNowhere = (url: Promise<string>): Promise<string> =>
  url.catch((error: unknown) => {
    if (error instanceof SsoRefusal) return ''
    throw error
  })
