import type { Operations } from '@atrium/api/generated/operations.d.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import { invalid } from '../../invalid.ts'
import { defineOperation, type OperationId, type OperationRequest, type RegisteredOperation } from '../../operation.ts'
import { withUnknown } from '../../shapes/unknown.ts'

/** Operations below one tenant. */
type OfTenant<Id extends OperationId> = Operations[Id]['params'] extends { tenantUid: string } ? Id : never
type TenantOperation = { [Id in OperationId]: OfTenant<Id> }[OperationId]

/** Documents of a tenant by name, with their schema. */
const schemas = {
  authTokenSettings: 'v1AuthTokenSettings',
  clusterGroup: 'v1TenantEnableClusterGroup',
  clusterRbacSettings: 'v1TenantClusterRbacSettings',
  developerCredit: 'v1DeveloperCredit',
  domains: 'v1TenantDomains',
  fips: 'v1FipsSettings',
  linkedUsers: 'AtriumLinkedUsersSetting',
  loginBanner: 'v1LoginBannerSettings',
  mfa: 'AtriumMfaSetting',
  nodesAutoRemediationSetting: 'v1NodesAutoRemediationSettings',
  passwordPolicy: 'v1TenantPasswordPolicyEntity',
  ssoAuthProviders: 'v1TenantSsoAuthProvidersEntity',
} as const
type SettingName = keyof typeof schemas

const maxBytes = 64 * 1024

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
  name: SettingName,
  defaults: Operations[Id]['response'] & object,
): RegisteredOperation =>
  defineOperation(id, {
    scope: 'self',
    permission: null,
    async handler(request, context) {
      mustBeOwnTenant(request.subject, tenantOf(request))
      const stored = await context.identity.setting(request.subject.tenant, name)
      const view = Object.assign({}, defaults, stored)
      // The type of one operation's response cannot be computed from an id that is still a variable.
      return withUnknown(view, request.unknownOf(schemas[name], stored ?? {})) as never
    },
  })

/** Replaces a document of the tenant, what newer clients know of it included; `check` throws on one that cannot be applied, or not by this caller. */
export const defineSettingPut = <Id extends TenantOperation>(
  id: Id,
  name: SettingName,
  check?: (document: Operations[Id]['body'], subject: Subject) => void,
): RegisteredOperation =>
  defineOperation(id, {
    scope: 'tenant',
    permission: 'tenant.update',
    async handler(request, context) {
      mustBeOwnTenant(request.subject, tenantOf(request))
      check?.(request.body, request.subject)
      const document = request.keptOf(schemas[name], request.body as object)
      if (JSON.stringify(document).length > maxBytes) throw invalid('body', `is larger than ${maxBytes / 1024} KiB`)
      await context.identity.putSetting(request.subject, name, document)
      return undefined as never
    },
  })
