import { Type } from 'typebox'
import type { OwnOperations } from './operation.ts'

const text = Type.String()

/** The operator's operations: they take the installation's operator token, never a tenant's key. */
export const tenantOperations: OwnOperations = {
  schemas: {
    AtriumTenantEntity: Type.Object(
      {
        name: Type.String({ minLength: 1, maxLength: 63 }),
        adminEmail: Type.Optional(Type.String({ maxLength: 254 })),
        adminPassword: Type.Optional(Type.String({ maxLength: 1024 })),
      },
      { additionalProperties: false },
    ),
    AtriumTenantCredentials: Type.Object({
      tenant: Type.Object({ uid: text, name: text }),
      project: Type.Object({ uid: text, name: text }),
      adminUid: text,
      adminEmail: text,
      adminPassword: text,
      apiKey: text,
    }),
    AtriumTenants: Type.Object({
      items: Type.Array(Type.Object({ uid: text, name: text, createdAt: text })),
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
  ],
}
