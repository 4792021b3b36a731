import type { Readable } from 'node:stream'
import type { Binary, Operations } from '@atrium/api/generated/operations.d.ts'
import type { Permission } from '@atrium/api/permissions/catalogue.ts'
import type { OperatorPermission } from '@atrium/api/permissions/operators.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import type { Subject } from '../auth/rights/subject.ts'
import type { ServerContext } from '../context.ts'
import type { ActingOperator } from './http/operators.ts'

export type OperationId = keyof Operations

/** Absent optional bodies arrive as `{}` or `[]`, so handlers never look for them. */
export interface PublicRequest<Id extends OperationId> {
  params: Operations[Id]['params']
  query: Operations[Id]['query']
  body: Operations[Id]['body']
  /** The query as it came, without `?`: for messages that are signed as they were sent. */
  search: string
  /** Finds this request in the log. */
  ref: string
  /** The caller's address, for throttling. */
  ip: string
  /** The project named by header `ProjectUid`. Of scope `project`: it exists and the caller sees it; elsewhere: as sent, or null. */
  project: string | null
  header: (name: string) => string | undefined
  /** Properties of `value` that this schema of the contract does not know: keep them with the object, see `withUnknown`. */
  unknownOf: (schema: string, value: unknown) => Record<string, unknown> | undefined
  print: Print
  /** A copy of `value` for documents that are stored as sent: what this schema knows, and what `unknownOf` finds. */
  keptOf: <T extends object>(schema: string, value: T) => T
  /** `value` of a file, held to this schema as a JSON body is. Throws `InvalidRequest` that names the fields. */
  checked: <T>(schema: string, value: unknown) => T
  /** Aborts when the client is gone. */
  signal: AbortSignal
}

export interface OperationRequest<Id extends OperationId> extends PublicRequest<Id> {
  subject: Subject
  /** Resolves the caller's rights again: for streams that outlive one answer. Rejects once they are revoked. */
  resolveSubject: () => Promise<Subject>
  accessOf: AccessOf
}

/** Who an operation of this id is open to; undefined when it has no handler. */
export type AccessOf = (id: string) => RegisteredOperation['access'] | undefined

/** A value as the API prints it: what this schema of the contract declares of it and no more, as JSON. */
export type Print = (schema: string, value: unknown) => string

/**
 * The body of an answer, put together of texts that `Print` made: for lists whose items are printed once for many answers.
 * Bytes, for long texts fill the old part of the heap: a collection of all of it came every 40 pages of 100 clusters.
 */
export class Printed {
  readonly body: Buffer

  constructor(texts: readonly string[]) {
    this.body = Buffer.allocUnsafe(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0))
    let end = 0
    for (const text of texts) end += this.body.write(text, end)
  }
}

/** An answer that tells the browser something beside its body: cookies, and where to go on, by a `303` that the operation declares. */
export class BrowserAnswer {
  readonly cookies: readonly string[]
  readonly location: string | null
  readonly body: unknown

  constructor(answer: { cookies?: readonly string[]; location?: string; body?: unknown }) {
    this.cookies = answer.cookies ?? []
    this.location = answer.location ?? null
    this.body = answer.body
  }
}

/** What a handler returns: the body of the declared success. */
export type OperationResult<Id extends OperationId> =
  | BrowserAnswer
  | (Operations[Id]['response'] extends Binary
      ? Operations[Id]['response'] | Readable
      : Operations[Id]['response'] | Printed)

/**
 * Where the permission is looked for, before the handler runs:
 * `tenant`: at tenant scope. `project`: in the project of the header, which must exist; without header anywhere, and
 * admission narrows (create, list). `object`: anywhere, the header does not matter; admission checks the object that
 * the path names. `self`: nothing but being signed in.
 */
export type Access =
  | { scope: 'tenant' | 'project' | 'object'; permission: Permission }
  | { scope: 'self'; permission: null }

/** One operation as the app registers it. */
export interface RegisteredOperation {
  id: OperationId
  access: Access | 'public' | 'operator'
  /** What an operator must hold; absent or null: being one is enough. */
  needs?: OperatorPermission | null
  /** Method notation on purpose: handlers take the request of their own operation. */
  handler(request: unknown, context: ServerContext): Promise<unknown>
}

/** An operation for signed-in callers. */
export function defineOperation<Id extends OperationId>(
  id: Id,
  definition: Access & {
    handler: (request: OperationRequest<Id>, context: ServerContext) => Promise<OperationResult<Id>>
  },
): RegisteredOperation {
  const { handler, ...access } = definition
  return { id, access, handler: (request, context) => handler(request as OperationRequest<Id>, context) }
}

/** An operation that needs no credentials. */
export function definePublicOperation<Id extends OperationId>(
  id: Id,
  handler: (request: PublicRequest<Id>, context: ServerContext) => Promise<OperationResult<Id>>,
): RegisteredOperation {
  return { id, access: 'public', handler: (request, context) => handler(request as PublicRequest<Id>, context) }
}

export interface OperatorRequest<Id extends OperationId> extends PublicRequest<Id> {
  operator: ActingOperator
}

/** An operation of an operator of the installation, who belongs to no tenant; `needs` null: every operator's. */
export function defineOperatorOperation<Id extends OperationId>(
  id: Id,
  needs: OperatorPermission | null,
  handler: (request: OperatorRequest<Id>, context: ServerContext) => Promise<OperationResult<Id>>,
): RegisteredOperation {
  const handle: RegisteredOperation['handler'] = (request, context) => handler(request as OperatorRequest<Id>, context)
  return { id, access: 'operator', needs, handler: handle }
}

/** The machine's own credential acts by this name. */
export const operatorActor: Actor = { type: 'operator', uid: 'operator', name: 'operator' }
