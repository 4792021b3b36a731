import { Type } from 'typebox'
import type { OwnOperations } from './operation.ts'

/** How an administrator gives somebody a password where no mail can be sent. */
export const userOperations: OwnOperations = {
  schemas: {
    AtriumPassword: Type.Object({ password: Type.String({ maxLength: 1024 }) }, { additionalProperties: false }),
  },
  operations: [
    {
      id: 'atriumUsersPasswordSet',
      method: 'PUT',
      path: '/atrium/v1/users/{uid}/password',
      parameters: [{ name: 'uid', in: 'path', required: true, schema: Type.String() }],
      body: { schema: Type.Ref('AtriumPassword'), required: true },
      responses: { 204: null },
    },
  ],
}
