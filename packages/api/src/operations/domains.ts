import { Type } from 'typebox'
import type { OwnOperation, OwnOperations } from './operation.ts'

const text = Type.String()
const path = (name: string) => ({ name, in: 'path', required: true, schema: text }) as const

const ofTenant = (
  id: string,
  method: OwnOperation['method'],
  rest: string,
  responses: OwnOperation['responses'],
): OwnOperation => ({
  ...{ id, method, path: `/atrium/v1/tenants/{tenantUid}/domains${rest}`, responses },
  parameters: [path('tenantUid'), ...(rest === '' ? [] : [path('domain')])],
})

const ofOperator = (
  id: string,
  method: OwnOperation['method'],
  rest: string,
  responses: OwnOperation['responses'],
): OwnOperation => ({
  ...{ id, method, path: `/atrium/v1/system/tenants/{uid}/domains${rest}`, responses },
  parameters: [path('uid'), ...(rest === '' ? [] : [path('domain')])],
})

/** Whether the domains that a tenant lists are its own. */
export const domainOperations: OwnOperations = {
  schemas: {
    AtriumEmailDomain: Type.Object({
      domain: text,
      /** `confirmed` or `waiting`. */
      state: text,
      listedAt: text,
      confirmedAt: Type.Optional(text),
      /** `dns` or `operator`. */
      confirmedBy: Type.Optional(text),
      /** What to publish. */
      record: Type.Object({ type: text, name: text, value: text }),
      lastLook: Type.Optional(Type.Object({ at: text, outcome: text, found: Type.Array(text) })),
      lostSince: Type.Optional(text),
      nextLookAt: Type.Optional(text),
      /** What is to be done, if anything. */
      message: text,
    }),
    AtriumEmailDomains: Type.Object({ items: Type.Array(Type.Ref('AtriumEmailDomain')) }),
  },
  operations: [
    ofTenant('atriumTenantsDomainsList', 'GET', '', { 200: Type.Ref('AtriumEmailDomains') }),
    ofTenant('atriumTenantsDomainsCheck', 'POST', '/{domain}/check', { 200: Type.Ref('AtriumEmailDomain') }),
    ofOperator('atriumSystemDomainsList', 'GET', '', { 200: Type.Ref('AtriumEmailDomains') }),
    ofOperator('atriumSystemDomainsConfirm', 'PUT', '/{domain}/confirmation', { 204: null }),
    ofOperator('atriumSystemDomainsWithdraw', 'DELETE', '/{domain}/confirmation', { 204: null }),
  ],
}
