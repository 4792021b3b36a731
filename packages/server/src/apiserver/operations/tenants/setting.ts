import type { Operations } from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import { defineOperation, type OperationId, type OperationRequest, type RegisteredOperation } from '../../operation.ts'

/** Operations below one tenant. */
type OfTenant<Id extends OperationId> = Operations[Id]['params'] extends { tenantUid: string } ? Id : never
type TenantOperation = { [Id in OperationId]: OfTenant<Id> }[OperationId]

/** A tenant in a path is always the caller's own; any other does not exist for them. */
export function mustBeOwnTenant(subject: Subject, tenantUid: string): void {
  if (tenantUid === subject.tenant) return
  throw new AtriumError('ResourceNotFound', `Tenant '${tenantUid}' is not found.`)
}

const tenantOf = (request: OperationRequest<TenantOperation>): string =>
  (request.params as { tenantUid: string }).tenantUid

/** Reads a document of the tenant; one that was never set answers with its defaults, because clients crash on errors here. */
export const defineSettingGet = <Id extends TenantOperation>(
  id: Id,
  name: string,
  defaults: Operations[Id]['response'] & object,
): RegisteredOperation =>
  defineOperation(id, {
    scope: 'self',
    permission: null,
    async handler(request, context) {
      mustBeOwnTenant(request.subject, tenantOf(request))
      const stored = await context.identity.setting(request.subject.tenant, name)
      // The type of one operation's response cannot be computed from an id that is still a variable.
      return Object.assign({}, defaults, stored) as never
    },
  })

/** Replaces a document of the tenant; `check` throws on one that cannot be applied. */
export const defineSettingPut = <Id extends TenantOperation>(
  id: Id,
  name: string,
  check?: (document: Operations[Id]['body']) => void,
): RegisteredOperation =>
  defineOperation(id, {
    scope: 'tenant',
    permission: 'tenant.update',
    async handler(request, context) {
      mustBeOwnTenant(request.subject, tenantOf(request))
      check?.(request.body)
      await context.identity.putSetting(request.subject, name, request.body as object)
      return undefined as never
    },
  })
