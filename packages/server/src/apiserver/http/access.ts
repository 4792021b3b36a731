import type { Operation } from '@atrium/api/operations/table.ts'
import { catalogue } from '@atrium/api/permissions/catalogue.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import type { FastifyRequest } from 'fastify'
import { forbidden, notFound } from '../../admission/authorize.ts'
import { can, canSomewhere, canWithin, noGrants, type Subject } from '../../auth/rights/subject.ts'
import type { ServerContext } from '../../context.ts'
import { projectMustExist } from '../load.ts'
import type { Access, RegisteredOperation } from '../operation.ts'
import { header } from './headers.ts'
import { withNamed } from './if-match.ts'
import { noteHeader, noteOfHeader, withNote } from './note.ts'
import { type ActingOperator, admitOperator, operatorOf } from './operators.ts'
import type { RateLimits } from './rate-limits.ts'

const uidPattern = /^[0-9a-zA-Z-]{1,64}$/

/** The project of the header, as far as it can be one. */
export function projectHeader(request: FastifyRequest): string | null {
  const value = header(request, 'ProjectUid')
  return value && uidPattern.test(value) ? value : null
}

/** Why nobody is known by it, as far as whoever sends nothing, a key or a token may be told. */
const unauthorized = (sent: 'nothing' | 'key' | 'token'): AtriumError => {
  const why = {
    nothing: 'Sign in',
    key: 'The API key is unknown, expired or disabled',
    token: 'The session is over: it ran out, or was ended or renewed. Sign in again',
  }[sent]
  const how = 'send an API key in header ApiKey, or a token of POST /v1/auth/authenticate in header Authorization.'
  return new AtriumError('Unauthorized', `${why}: ${how}`)
}

const credentialOf = (request: FastifyRequest): string | undefined =>
  header(request, 'ApiKey') || header(request, 'Authorization') || undefined

/** Who sends the request. Rejects with `Unauthorized` when nobody we know. */
export async function authenticate(request: FastifyRequest, { identity }: ServerContext): Promise<Subject> {
  const credential = credentialOf(request)
  const isKey = credential !== undefined && credential === header(request, 'ApiKey')
  const subject =
    credential === undefined
      ? null
      : await (isKey ? identity.subjectOfApiKey(credential) : identity.subjectOfToken(credential))
  if (!subject) throw unauthorized(credential === undefined ? 'nothing' : isKey ? 'key' : 'token')
  return subject
}

/** What finds nobody counts against the address. */
async function counted<T>(limits: RateLimits, request: FastifyRequest, find: () => Promise<T>): Promise<T> {
  try {
    return await find()
  } catch (error) {
    if (error instanceof AtriumError && error.code === 'Unauthorized') limits.wasBad(request.ip, credentialOf(request))
    throw error
  }
}

/** As `authenticate`; guesses count against the address. */
async function authenticateWithin(
  limits: RateLimits,
  request: FastifyRequest,
  context: ServerContext,
): Promise<Subject> {
  const credential = credentialOf(request)
  if (credential !== undefined) limits.mayTry(request.ip, credential)
  const subject = await counted(limits, request, () => authenticate(request, context))
  if (credential !== undefined) limits.wasGood(credential)
  return subject
}

/** An operator as whoever keeps what tenant `system` shares with every tenant: registries and their packs, and nothing else. */
const sharingSubject = ({ actor }: ActingOperator): Subject => ({
  tenant: systemTenant,
  tenantName: systemTenant,
  userUid: actor.uid,
  actor,
  grants: { ...noGrants, tenant: sharedPermissions },
})

const sharedPermissions: ReadonlySet<string> = new Set([
  ...catalogue.packRegistry.operations.map((verb) => `packRegistry.${verb}`),
  'tag.update',
])

const isOfShared = ({ access }: RegisteredOperation): boolean =>
  typeof access === 'object' && access.permission !== null && sharedPermissions.has(access.permission)

/** Rejects with `Unauthorized` when nobody we know asks. */
async function subjectOf(
  request: FastifyRequest,
  registered: RegisteredOperation | undefined,
  context: ServerContext,
  limits: RateLimits,
): Promise<Subject> {
  const operator =
    registered && isOfShared(registered) && header(request, 'ApiKey') === undefined
      ? await operatorOf(request, context)
      : null
  return operator?.permissions.has('registry.manage')
    ? sharingSubject(operator)
    : authenticateWithin(limits, request, context)
}

async function checkAccess(
  { scope, permission }: Access,
  subject: Subject,
  request: FastifyRequest,
  context: ServerContext,
): Promise<void> {
  if (scope === 'self') return
  if (scope === 'tenant') {
    if (!can(subject, permission, null)) throw forbidden(permission)
    return
  }
  const sent = header(request, 'ProjectUid')
  if (scope === 'project' && sent) {
    const project = projectHeader(request)
    if (project === null) throw notFound('Project', sent.slice(0, 64))
    await projectMustExist(context, subject, project)
    if (!canWithin(subject, permission, project)) throw forbidden(permission)
    return
  }
  if (!canSomewhere(subject, permission)) throw forbidden(permission)
}

/** Runs before the body is read: who it is, and whether the operation is open to them at all. */
export async function admit(
  request: FastifyRequest,
  operation: Operation,
  registered: RegisteredOperation | undefined,
  context: ServerContext,
  limits: RateLimits,
): Promise<void> {
  if (registered?.access === 'public') return limits.stranger(request.ip)
  if (registered?.access === 'operator') {
    request.operator = await counted(limits, request, () => admitOperator(request, registered.needs ?? null, context))
    return
  }
  const found = await subjectOf(request, registered, context, limits)
  await limits.tenant(found.tenant)
  const noted = withNote(found, noteOfHeader(header(request, noteHeader)))
  const subject = request.route ? withNamed(noted, request.route, header(request, 'If-Match')) : noted
  request.subject = subject
  if (!registered) {
    throw new AtriumError('NotImplemented', `${operation.id} is part of the API but not built yet.`)
  }
  await checkAccess(registered.access, subject, request, context)
}
