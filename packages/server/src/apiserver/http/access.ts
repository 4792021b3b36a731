import { createHash, timingSafeEqual } from 'node:crypto'
import type { Operation } from '@atrium/api/operations/table.ts'
import { catalogue } from '@atrium/api/permissions/catalogue.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import type { FastifyRequest } from 'fastify'
import { forbidden, notFound } from '../../admission/authorize.ts'
import { can, canSomewhere, type Subject, seesProject } from '../../auth/subject.ts'
import type { ServerContext } from '../../context.ts'
import { type Access, operatorActor, type RegisteredOperation } from '../operation.ts'
import { withNamed } from './if-match.ts'
import { noteHeader, noteOfHeader, withNote } from './note.ts'
import type { RateLimits } from './rate-limits.ts'

const uidPattern = /^[0-9a-zA-Z-]{1,64}$/

export const header = (request: FastifyRequest, name: string): string | undefined => {
  const value = request.headers[name.toLowerCase()]
  return Array.isArray(value) ? value[0] : value
}

/** The project of the header, as far as it can be one. */
export function projectHeader(request: FastifyRequest): string | null {
  const value = header(request, 'ProjectUid')
  return value && uidPattern.test(value) ? value : null
}

const unauthorized = (): AtriumError =>
  new AtriumError(
    'Unauthorized',
    'Sign in: send an API key in header ApiKey, or a token of POST /v1/auth/authenticate in header Authorization.',
  )

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
  if (!subject) throw unauthorized()
  return subject
}

/** As `authenticate`; guesses count against the address. */
async function authenticateWithin(
  limits: RateLimits,
  request: FastifyRequest,
  context: ServerContext,
): Promise<Subject> {
  const credential = credentialOf(request)
  if (credential !== undefined) limits.mayTry(request.ip, credential)
  try {
    const subject = await authenticate(request, context)
    if (credential !== undefined) limits.wasGood(credential)
    return subject
  } catch (error) {
    if (error instanceof AtriumError && error.code === 'Unauthorized') limits.wasBad(request.ip, credential)
    throw error
  }
}

/** Compares in the same time whatever differs. */
export const isSameSecret = (given: string, expected: string): boolean =>
  timingSafeEqual(sha256(given), sha256(expected))

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Whether the request carries the installation's operator token (`Authorization`, with or without `Bearer`). */
export function isOperator(request: FastifyRequest, context: ServerContext): boolean {
  const token = header(request, 'Authorization')?.replace(/^Bearer /i, '')
  const expected = context.operatorToken?.reveal()
  return Boolean(token && expected) && isSameSecret(token ?? '', expected ?? '')
}

/** The operator as whoever keeps what tenant `system` shares with every tenant: registries and their packs, and nothing else. */
const sharingOperator: Subject = {
  tenant: systemTenant,
  tenantName: systemTenant,
  userUid: operatorActor.uid,
  actor: operatorActor,
  grants: {
    tenant: new Set(catalogue.packRegistry.operations.map((verb) => `packRegistry.${verb}`)),
    projects: new Map(),
  },
}

const isOfShared = ({ access }: RegisteredOperation): boolean =>
  typeof access === 'object' && access.permission !== null && sharingOperator.grants.tenant.has(access.permission)

/** Rejects with `Unauthorized` when nobody we know asks. */
const subjectOf = async (
  request: FastifyRequest,
  registered: RegisteredOperation | undefined,
  context: ServerContext,
  limits: RateLimits,
): Promise<Subject> =>
  registered && isOfShared(registered) && header(request, 'ApiKey') === undefined && isOperator(request, context)
    ? sharingOperator
    : authenticateWithin(limits, request, context)

async function projectMustExist(subject: Subject, project: string, context: ServerContext): Promise<void> {
  const found =
    seesProject(subject, project) &&
    (await context.store.transaction(subject.tenant, subject.actor, (tx) => tx.get('Project', project)))
  if (!found) throw notFound('Project', project)
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
    await projectMustExist(subject, project, context)
    if (!can(subject, permission, project)) throw forbidden(permission)
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
    if (isOperator(request, context)) return
    limits.wasBad(request.ip, credentialOf(request))
    throw new AtriumError('Unauthorized', 'This needs the operator token of the installation.')
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
