import { Type } from 'typebox'
import type { OwnOperation, OwnOperations } from './operation.ts'

const text = Type.String()
const path = (name: string) => ({ name, in: 'path', required: true, schema: text }) as const

/** Of a tenant, whose uid stands in the path by `name`; `rest` is empty, or begins with the domain. */
const onDomains =
  (base: OwnOperation['path'], name: string) =>
  (id: string, method: OwnOperation['method'], rest: string, responses: OwnOperation['responses']): OwnOperation => ({
    ...{ id, method, path: `${base}/{${name}}/domains${rest}`, responses },
    parameters: [path(name), ...(rest === '' ? [] : [path('domain')])],
  })
const ofTenant = onDomains('/atrium/v1/tenants', 'tenantUid')
const ofOperator = onDomains('/atrium/v1/system/tenants', 'uid')

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
