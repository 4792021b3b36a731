import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Random } from '@atrium/runtime/base/random.ts'

export type SsoProtocol = 'oidc' | 'saml'

/** A program on the person's machine that waits for the browser: it gets a code, which only it can exchange. */
export interface LoopbackReturn {
  port: number
  /** SHA-256 of what the program will show, base64url. */
  challenge: string
}

/** One sign-in under way in one browser. Nothing of it is kept here: strangers begin as many as they like. */
export interface SsoFlow {
  tenant: string
  protocol: SsoProtocol
  loopback: LoopbackReturn | null
  /** What the identity provider sends back. */
  state: string
  /** Known to this browser and this sign-in alone, different for each `purpose`. */
  derive(purpose: string): string
}

/** How long a person has at their identity provider. */
export const flowMs = 10 * 60_000
/** An older logout token of a provider is refused, and for as long it is remembered which were shown. */
export const logoutTokenMs = 10 * 60_000
const idForm = /^[0-9a-f]{16}$/
const stateForm = /^([0-9a-f]{16})([\w-]{43})$/
const cookieForm = /^([\w-]{43})\.(\d{1,13})\.(\d{1,5})\.([\w-]{43})?$/

const cookieName = (id: string): string => `__Host-atrium-sso-${id}`

interface Kept {
  secret: string
  startedAt: number
  loopback: LoopbackReturn | null
}

function flowOf(id: string, { secret, startedAt, loopback }: Kept, tenant: string, protocol: SsoProtocol): SsoFlow {
  const derive = (purpose: string): string =>
    createHmac('sha256', secret)
      .update(JSON.stringify([purpose, id, tenant, protocol, startedAt, loopback?.port, loopback?.challenge]))
      .digest('base64url')
  return { tenant, protocol, loopback, state: `${id}${derive('state')}`, derive }
}

/**
 * Begins a sign-in, and gives the cookie that ties it to this browser. The state is a MAC under the cookie's secret: it is worth
 * nothing in another browser, for another tenant or protocol, or with another return. `None`, because SAML comes back as a
 * form of another site; what the cookie opens is its own browser's sign-in alone.
 */
export function beginFlow(
  { clock, random }: { clock: Clock; random: Random },
  { tenant, protocol, loopback }: Pick<SsoFlow, 'tenant' | 'protocol' | 'loopback'>,
): { flow: SsoFlow; cookie: string } {
  const id = random.bytes(8).toString('hex')
  const kept: Kept = { secret: random.bytes(32).toString('base64url'), startedAt: clock.now(), loopback }
  const value = `${kept.secret}.${kept.startedAt}.${loopback?.port ?? 0}.${loopback?.challenge ?? ''}`
  const cookie = `${cookieName(id)}=${value}; Path=/; Max-Age=${flowMs / 1000}; Secure; HttpOnly; SameSite=None`
  return { flow: flowOf(id, kept, tenant, protocol), cookie }
}

/** The cookie that takes the flow's own away. */
export const endCookie = ({ state }: SsoFlow): string =>
  `${cookieName(state.slice(0, 16))}=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=None`

function keptIn(cookies: string, id: string): Kept | null {
  if (!idForm.test(id)) return null
  const start = `${cookieName(id)}=`
  const value = cookies
    .split(';')
    .map((one) => one.trim())
    .find((one) => one.startsWith(start))
    ?.slice(start.length)
  const parts = cookieForm.exec(value ?? '')
  if (!parts) return null
  const [, secret = '', startedAt, port, challenge] = parts
  return {
    ...{ secret, startedAt: Number(startedAt) },
    loopback: challenge === undefined ? null : { port: Number(port), challenge },
  }
}

/** The flow that this browser began with this state; null when it did not, or too long ago. */
export function resumeFlow(
  clock: Clock,
  { state, cookies, tenant, protocol }: { state: string; cookies: string; tenant: string; protocol: SsoProtocol },
): SsoFlow | null {
  const id = stateForm.exec(state)?.[1]
  const kept = id === undefined ? null : keptIn(cookies, id)
  if (id === undefined || !kept) return null
  const ageMs = clock.now() - kept.startedAt
  if (ageMs < 0 || ageMs > flowMs) return null
  const flow = flowOf(id, kept, tenant, protocol)
  return timingSafeEqual(Buffer.from(flow.state), Buffer.from(state)) ? flow : null
}
