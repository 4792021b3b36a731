import { Type } from 'typebox'
import type { OwnOperation, OwnOperations } from './operation.ts'

const text = Type.String()
const name = (maxLength: number) => Type.String({ minLength: 1, maxLength })
const uid = { name: 'uid', in: 'path', required: true, schema: text } as const
const tenant = { uid: text, name: text, state: text, stateSince: text, createdAt: text }
const named = Type.Object({ uid: text, name: text })

const onTenant = (
  id: string,
  method: OwnOperation['method'],
  verb: string,
  rest: Pick<OwnOperation, 'responses'> & Partial<OwnOperation>,
): OwnOperation => ({ id, method, path: `/atrium/v1/tenants/{uid}${verb}`, parameters: [uid], ...rest })

/** The operator's operations: never open to a tenant's key. */
export const tenantOperations: OwnOperations = {
  schemas: {
    AtriumTenantEntity: Type.Object(
      {
        name: name(63),
        adminEmail: Type.Optional(Type.String({ maxLength: 254 })),
        adminPassword: Type.Optional(Type.String({ maxLength: 1024 })),
      },
      { additionalProperties: false },
    ),
    AtriumTenantCredentials: Type.Object({
      tenant: named,
      project: named,
      adminUid: text,
      adminEmail: text,
      adminPassword: text,
      apiKey: text,
    }),
    AtriumTenantInvitation: Type.Object(
      { name: name(63), adminEmail: name(254), adminFirstName: name(128), adminLastName: name(128) },
      { additionalProperties: false },
    ),
    AtriumTenantInvited: Type.Object({
      tenant: named,
      project: named,
      adminUid: text,
      adminEmail: text,
      activation: Type.Ref('AtriumLink'),
    }),
    AtriumTenants: Type.Object({ items: Type.Array(Type.Object(tenant)) }),
    AtriumTenant: Type.Object({
      ...tenant,
      counts: Type.Object({ users: Type.Integer(), projects: Type.Integer(), clusters: Type.Integer() }),
      deletion: Type.Optional(Type.Ref('AtriumTenantDeletion')),
    }),
    AtriumTenantDeletion: Type.Object({
      clusters: text,
      force: Type.Boolean(),
      requestedAt: text,
      requestedBy: text,
      phase: text,
      message: text,
      since: text,
      done: Type.Integer(),
      total: Type.Integer(),
      remaining: Type.Array(Type.Object({ name: text, state: text, reason: text })),
    }),
  },
  operations: [
    {
      id: 'atriumTenantsCreate',
      method: 'POST',
      path: '/atrium/v1/tenants',
      parameters: [],
      body: { schema: Type.Ref('AtriumTenantEntity'), required: true },
      responses: { 201: Type.Ref('AtriumTenantCredentials') },
    },
    {
      id: 'atriumTenantsList',
      method: 'GET',
      path: '/atrium/v1/tenants',
      parameters: [],
      responses: { 200: Type.Ref('AtriumTenants') },
    },
    {
      id: 'atriumTenantsInvite',
      method: 'POST',
      path: '/atrium/v1/tenants/invite',
      parameters: [],
      body: { schema: Type.Ref('AtriumTenantInvitation'), required: true },
      responses: { 201: Type.Ref('AtriumTenantInvited') },
    },
    onTenant('atriumTenantsGet', 'GET', '', { responses: { 200: Type.Ref('AtriumTenant') } }),
    onTenant('atriumTenantsActivate', 'POST', '/activate', { responses: { 200: Type.Ref('AtriumLink') } }),
    onTenant('atriumTenantsDisable', 'POST', '/disable', { responses: { 204: null } }),
    onTenant('atriumTenantsEnable', 'POST', '/enable', { responses: { 204: null } }),
    onTenant('atriumTenantsDelete', 'DELETE', '', {
      parameters: [
        uid,
        { name: 'clusters', in: 'query', schema: Type.String({ enum: ['delete', 'unlink'] }) },
        { name: 'force', in: 'query', schema: Type.Boolean() },
      ],
      responses: { 202: Type.Ref('AtriumTenantDeletion') },
    }),
  ],
}
