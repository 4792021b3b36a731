import { createHash, timingSafeEqual } from 'node:crypto'
import type { Operation } from '@atrium/api/operations/table.ts'
import { catalogue } from '@atrium/api/permissions/catalogue.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { systemTenant } from '@atrium/runtime/store/store.ts'
import type { FastifyRequest } from 'fastify'
import { forbidden, notFound } from '../../admission/authorize.ts'
import { can, canSomewhere, canWithin, noGrants, type Subject, seesProject } from '../../auth/subject.ts'
import type { ServerContext } from '../../context.ts'
import { type Access, operatorActor, type RegisteredOperation } from '../operation.ts'
import { noteHeader, noteOfHeader, withNote } from './note.ts'

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

/** Who sends the request. Rejects with `Unauthorized` when nobody we know. */
export async function authenticate(request: FastifyRequest, context: ServerContext): Promise<Subject> {
  const key = header(request, 'ApiKey')
  const token = header(request, 'Authorization')
  const subject = key
    ? await context.identity.subjectOfApiKey(key)
    : token
      ? await context.identity.subjectOfToken(token)
      : null
  if (!subject) throw unauthorized()
  return subject
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
    ...noGrants,
    tenant: new Set([...catalogue.packRegistry.operations.map((verb) => `packRegistry.${verb}`), 'tag.update']),
  },
}

const isOfShared = ({ access }: RegisteredOperation): boolean =>
  typeof access === 'object' && access.permission !== null && sharingOperator.grants.tenant.has(access.permission)

/** Rejects with `Unauthorized` when nobody we know asks. */
const subjectOf = async (
  request: FastifyRequest,
  registered: RegisteredOperation | undefined,
  context: ServerContext,
): Promise<Subject> =>
  registered && isOfShared(registered) && header(request, 'ApiKey') === undefined && isOperator(request, context)
    ? sharingOperator
    : authenticate(request, context)

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
): Promise<void> {
  if (registered?.access === 'public') return
  if (registered?.access === 'operator') {
    if (!isOperator(request, context))
      throw new AtriumError('Unauthorized', 'This needs the operator token of the installation.')
    return
  }
  const subject = withNote(await subjectOf(request, registered, context), noteOfHeader(header(request, noteHeader)))
  request.subject = subject
  if (!registered) {
    throw new AtriumError('NotImplemented', `${operation.id} is part of the API but not built yet.`)
  }
  await checkAccess(registered.access, subject, request, context)
}
