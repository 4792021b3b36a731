import { Type } from 'typebox'
import type { OwnOperations } from './operation.ts'

/** The token service of the platform's registry, as the distribution specification describes it; clients sign in with an API key as the password. */
export const registryOperations: OwnOperations = {
  schemas: {
    AtriumRegistryToken: Type.Object({
      token: Type.String(),
      access_token: Type.String(),
      expires_in: Type.Integer(),
      issued_at: Type.String(),
    }),
  },
  operations: [
    {
      id: 'atriumRegistryToken',
      method: 'GET',
      path: '/atrium/v1/registry/token',
      parameters: [
        { name: 'service', in: 'query', schema: Type.String({ maxLength: 256 }) },
        { name: 'scope', in: 'query', schema: Type.Array(Type.String({ maxLength: 1024 }), { maxItems: 20 }) },
        { name: 'account', in: 'query', schema: Type.String({ maxLength: 256 }) },
        { name: 'client_id', in: 'query', schema: Type.String({ maxLength: 256 }) },
        { name: 'offline_token', in: 'query', schema: Type.String({ maxLength: 16 }) },
      ],
      responses: { 200: Type.Ref('AtriumRegistryToken') },
    },
  ],
}
