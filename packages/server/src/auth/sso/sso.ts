import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import { type Store, systemTenant } from '@atrium/runtime/store/store.ts'
import type { SessionOrigin } from '../../store/identity/credentials.ts'
import { selectTenantOfDomain } from '../../store/identity/email-domains.ts'
import type { Tenant } from '../../store/system-store.ts'
import type { Parts } from '../parts.ts'
import { addressLimit } from '../sign-in/sign-in-limits.ts'
import { egressOfTenants } from '../tenants/egress.ts'
import { beginFlow, endCookie, type LoopbackReturn, resumeFlow, type SsoFlow, type SsoProtocol } from './flow.ts'
import { type SsoLogout, ssoLogout } from './logout.ts'
import type { Oidc } from './oidc.ts'
import { recordRefusal } from './record.ts'
import { SsoRefusal } from './refusal.ts'
import { exchangeCode, type SignedIn, signInPerson } from './session.ts'
import { loginUrl, readSettings, type SsoSettings, settingsOf } from './settings.ts'

/** A way to sign in elsewhere. */
export interface SsoLogin {
  org: string
  protocol: SsoProtocol
  /** As people call the provider. */
  displayName: string
  url: string
}

/** One browser's request to sign in, or its return. */
export interface SsoRequest {
  org: string
  ip: string
  /** As the session tells its owner later. */
  from: SessionOrigin
  /** Of header `Cookie`. */
  cookies: string
}

export interface Returned {
  signedIn: SignedIn
  /** Takes the sign-in's own cookie away. */
  cookie: string
}

/** Sign-in by the tenants' identity providers. Rejects with `SsoRefusal`, which says why to the person, and is on the audit record. */
export interface Sso extends SsoLogout {
  begin(
    request: Pick<SsoRequest, 'org' | 'ip'>,
    protocol: SsoProtocol,
    loopback: LoopbackReturn | null,
  ): Promise<{ url: string; cookie: string }>
  finishOidc(request: SsoRequest, query: Record<string, string | undefined>): Promise<Returned>
  finishSaml(request: SsoRequest, answer: { samlResponse: string; relayState: string }): Promise<Returned>
  /** A program's session, for the code that the browser brought it. */
  exchange(input: { code: string; verifier: string } & Pick<SsoRequest, 'ip' | 'from'>): Promise<Secret<string>>
  /** Of an organisation; none also when there is no such organisation. */
  loginsOf(org: string): Promise<SsoLogin[]>
  /** Of the organisation that this e-mail's domain is confirmed for. */
  loginsOfEmail(email: string): Promise<SsoLogin[]>
}

export interface SsoParts extends Parts {
  store: Store
  egress: Egress
  /** The operator's address of this server; null = each tenant's settings know theirs. */
  publicUrl: string | null
}

/** What enabled settings a name stands for. */
export interface Enabled {
  tenant: Tenant | null
  all: SsoSettings[]
}

export function createSso(parts: SsoParts): Sso {
  const limit = addressLimit(parts.clock)
  const egressOf = egressOfTenants(parts.store, parts.egress)
  const oidc = lazily<Oidc>(async () => new (await import('./oidc.ts')).Oidc(egressOf, parts.clock))

  const enabledIn = async (org: string): Promise<Enabled> => {
    const tenant = await parts.system.tenantByName(org)
    return { tenant, all: await readSettings(parts.store, tenant ?? nobody, parts.publicUrl) }
  }

  /** Runs `work` for a place that has not failed too often; a refusal is counted and recorded. */
  const guarded = async <T>(org: string | null, ip: string, work: (enabled: Enabled) => Promise<T>): Promise<T> => {
    limit.check(ip)
    const enabled = org === null ? { tenant: null, all: [] } : await enabledIn(org)
    try {
      return await work(enabled)
    } catch (error) {
      if (error instanceof SsoRefusal) {
        limit.fail(ip)
        if (enabled.all.length > 0 && enabled.tenant) await recordRefusal(parts, enabled.tenant.uid, error)
      }
      throw error
    }
  }

  const resumed = ({ all, tenant }: Enabled, protocol: SsoProtocol, state: string, cookies: string): SsoFlow => {
    const flow = tenant && resumeFlow(parts.clock, { state, cookies, tenant: tenant.uid, protocol })
    if (flow) return flow
    const where = all.map(loginUrl).join(' or ')
    throw new SsoRefusal(
      'notBegunHere',
      `This sign-in was not begun in this browser within the last minutes. Begin it at ${where}`,
    )
  }

  return {
    begin: ({ org, ip }, protocol, loopback) =>
      guarded(org, ip, async ({ all }) => {
        const settings = required(all, org, protocol)
        const begun = beginFlow(parts, { tenant: settings.tenant.uid, protocol, loopback })
        const url =
          settings.protocol === 'oidc'
            ? await (await oidc()).begin(settings, begun.flow)
            : await (await import('./saml.ts')).beginSaml(settings, parts.clock, begun.flow)
        return { url, cookie: begun.cookie }
      }),

    finishOidc: ({ org, ip, cookies, from }, query) =>
      guarded(org, ip, async (enabled) => {
        const settings = required(enabled.all, org, 'oidc')
        const flow = resumed(enabled, 'oidc', query['state'] ?? '', cookies)
        const person = await (await oidc()).finish(settings, flow, query)
        const { provider, subject, sessionIndex: index } = person
        const told = { person, origin: { provider, subject, ...(index !== undefined && { index }) } }
        const signedIn = await signInPerson(parts, settings, flow, told, from)
        return { signedIn, cookie: endCookie(flow) }
      }),

    finishSaml: ({ org, ip, cookies, from }, { samlResponse, relayState }) =>
      guarded(org, ip, async (enabled) => {
        const settings = required(enabled.all, org, 'saml')
        const flow = resumed(enabled, 'saml', relayState, cookies)
        const { finishSaml } = await import('./saml.ts')
        const told = await finishSaml(settings, parts.clock, flow, samlResponse)
        return { signedIn: await signInPerson(parts, settings, flow, told, from), cookie: endCookie(flow) }
      }),

    exchange: ({ ip, from, ...shown }) => guarded(null, ip, () => exchangeCode(parts, shown, from)),

    loginsOf: async (org) => (await enabledIn(org)).all.map(loginOf),

    async loginsOfEmail(email) {
      const domain = email.split('@').at(-1)?.trim().toLowerCase() ?? ''
      const tenant = await selectTenantOfDomain(parts.database.systemReads, domain)
      return tenant ? (await enabledIn(tenant.name)).all.map(loginOf) : []
    },

    ...ssoLogout(parts, { enabledIn, guarded, oidc, required }),
  }
}

/** Looked at when there is no such organisation, so that the answer takes as long. It has no settings. */
const nobody: Tenant = { uid: systemTenant, name: '', state: 'Active', stateSince: '', createdAt: '' }

const loginOf = (settings: SsoSettings): SsoLogin => ({
  org: settings.tenant.name,
  protocol: settings.protocol,
  displayName: settings.protocol === 'saml' ? settings.displayName : new URL(settings.issuer).host,
  url: loginUrl(settings),
})

export type Required = typeof required

function required<P extends SsoProtocol>(all: SsoSettings[], org: string, protocol: P) {
  const settings = settingsOf(all, protocol)
  if (settings) return settings
  throw new SsoRefusal(
    'notEnabled',
    `Organisation '${org.slice(0, 64)}' has no sign-in by ${protocol.toUpperCase()} here. Sign in with your password, or ask an administrator.`,
  )
}

/** The libraries of both protocols cost memory and time, and most tenants have neither: loaded on first use. */
function lazily<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined
  return () => (loaded ??= load())
}
