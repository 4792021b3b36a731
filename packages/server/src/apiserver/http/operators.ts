import { type OperatorPermission, operatorRoles } from '@atrium/api/permissions/operators.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Actor } from '@atrium/runtime/store/store.ts'
import type { FastifyRequest } from 'fastify'
import { isSameSecret } from '../../auth/tokens.ts'
import type { ServerContext } from '../../context.ts'
import { operatorActor } from '../operation.ts'
import { header } from './headers.ts'

/** Whoever acts for the installation: an operator who signed in, a program by their key, or the holder of the machine's own credential. */
export interface ActingOperator {
  actor: Actor
  /** Of an operator's role; `machine` for the machine's credential. */
  role: string
  permissions: ReadonlySet<OperatorPermission>
  /** The session; null for keys and for the machine's credential, which have none. */
  token: string | null
}

const machine: ActingOperator = {
  actor: operatorActor,
  role: 'machine',
  permissions: new Set(operatorRoles.RootAdmin),
  token: null,
}

/** Which operator sends the request (`Authorization`, with or without `Bearer`); null when none. */
export async function operatorOf(request: FastifyRequest, context: ServerContext): Promise<ActingOperator | null> {
  const token = header(request, 'Authorization')?.replace(/^Bearer /i, '')
  if (!token) return null
  const expected = context.operatorToken?.reveal()
  if (expected && isSameSecret(token, expected)) return machine
  const found = await context.identity.operators.ofToken(token)
  if (!found) return null
  const { uid, email, role } = found.operator
  return {
    actor: { type: 'operator', uid, name: found.key === null ? email : `${email} (key ${found.key})` },
    role,
    permissions: new Set<OperatorPermission>(operatorRoles[role]),
    token: found.key === null ? token : null,
  }
}

/** Rejects with `Unauthorized` when no operator asks, and with `Forbidden` when their role does not hold `needs`. */
export async function admitOperator(
  request: FastifyRequest,
  needs: OperatorPermission | null,
  context: ServerContext,
): Promise<ActingOperator> {
  const operator = await operatorOf(request, context)
  if (!operator)
    throw new AtriumError(
      'Unauthorized',
      'This needs an operator: a session or a key of theirs, or the operator token.',
    )
  if (needs === null || operator.permissions.has(needs)) return operator
  throw new AtriumError('Forbidden', `This needs the operator's permission ${needs}, which ${operator.role} lacks.`, {
    details: { permission: needs },
  })
}
