import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { RelyingParty } from '../../../auth/factors/webauthn.ts'
import type { Enrolling, Person, TokenHolder } from '../../../auth/sign-in/sign-in-identity.ts'
import type { ServerContext } from '../../../context.ts'
import { invalid } from '../../invalid.ts'

/** What of a request tells who sends it. */
export interface Sender {
  header: (name: string) => string | undefined
  ip: string
}

/** The token in header `Authorization`, and whose it is. Rejects with `Unauthorized` for any other credential. */
async function mustHold({ header }: Sender, context: ServerContext): Promise<{ token: string; holder: TokenHolder }> {
  const token = header('Authorization') ?? ''
  const holder = await context.identity.holderOf(token)
  if (holder) return { token, holder }
  const text =
    'Sign in: this takes a token of POST /v1/auth/authenticate in header Authorization. API keys change no second factors.'
  throw new AtriumError('Unauthorized', text)
}

/** Whoever changes their second factors has a session and types their password; one who comes from an identity provider has none to type. */
export async function getOwner(sender: Sender, password: string | undefined, context: ServerContext): Promise<Person> {
  const { holder } = await mustHold(sender, context)
  if (!holder.isSession) throw new AtriumError('Unauthorized', 'Finish signing in with your second factor first.')
  await mustKnowPassword(holder, password, sender.ip, context)
  return holder
}

/** As `getOwner`; also somebody whose organisation asks for a second factor, and who typed the password just now and has none. */
export async function getEnrolling(
  sender: Sender,
  password: string | undefined,
  context: ServerContext,
): Promise<Person> {
  const { holder } = await mustHold(sender, context)
  const isFirst = !holder.isSession && (await context.identity.factors(holder)).length === 0
  return isFirst ? holder : getOwner(sender, password, context)
}

/** The same for what completes an enrolment: the password was typed when it began. */
export async function getEnrolled(sender: Sender, context: ServerContext): Promise<Enrolling & { token: string }> {
  const { token, holder } = await mustHold(sender, context)
  if (holder.isSession || (await context.identity.factors(holder)).length === 0) return { ...holder, token }
  throw new AtriumError('Unauthorized', 'Finish signing in with your second factor first.')
}

/** Throttled as signing in is. */
async function mustKnowPassword(
  { tenant, userUid, email }: Person,
  password: string | undefined,
  ip: string,
  { identity }: ServerContext,
): Promise<void> {
  const user = await identity.getUser(tenant, userUid)
  if (user?.hasPassword !== true) return
  if (!password) throw invalid('password', 'is missing: whoever changes second factors types their password again')
  await identity.provePassword({ email, password, tenant, ip })
}

/** The name of a second factor, which also stands in paths. */
export function checkDeviceName(name = ''): string {
  if (name.trim() !== name || name === '' || name.length > 64 || /[\p{Cc}/]/u.test(name)) {
    throw invalid('deviceName', 'needs between 1 and 64 characters, without a slash and without blanks around it')
  }
  return name
}

/** Whom authenticators sign for. They know names only, no addresses. */
export function relyingParty({ imports }: ServerContext): RelyingParty {
  const url = imports && new URL(imports.url)
  if (!url || /^[\d.]+$|^\[/.test(url.hostname)) {
    const text = 'Authenticators need a server with a name. Set ATRIUM_PUBLIC_URL to https:// and its name.'
    throw new AtriumError('InvalidState', text)
  }
  return { origin: url.origin, id: url.hostname }
}

/** Where a session is opened from. */
export const originOf = ({ header, ip }: Sender): { address: string; client: string | undefined } => ({
  address: ip,
  client: header('User-Agent'),
})
