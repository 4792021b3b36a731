import { Type } from 'typebox'
import { kinds } from '../kinds/index.ts'
import type { OwnOperations } from './operation.ts'

const text = Type.String()
const query = (name: string, schema = Type.String({ maxLength: 128 })) => ({ name, in: 'query', schema }) as const
const named = Type.Object({ uid: text, name: text })

/** Why somebody may do something, or not. */
export const permissionOperations: OwnOperations = {
  schemas: {
    AtriumNamed: named,
    // One role that gives the permission, and what it is held through.
    AtriumGrant: Type.Object({
      role: Type.Ref('AtriumNamed'),
      scope: Type.Enum(['tenant', 'project', 'resource', 'workspace'], { type: 'string' }),
      // The team that holds it; absent = the user's own.
      team: Type.Optional(Type.Ref('AtriumNamed')),
      // Of scope project and workspace.
      project: Type.Optional(text),
      workspace: Type.Optional(text),
      // Of scope resource: its uid, and the filters that let the object's tags pass.
      resourceRole: Type.Optional(text),
      filters: Type.Optional(Type.Array(Type.Ref('AtriumNamed'))),
    }),
    AtriumPermissionExplanation: Type.Object({
      allowed: Type.Boolean(),
      // One sentence that says it all.
      summary: text,
      user: Type.Ref('AtriumNamed'),
      // Empty when being signed in, or not even that, is enough.
      permission: text,
      operation: Type.Optional(text),
      // Of a project or the tenant: for all there is, for some objects, or for none.
      extent: Type.Enum(['all', 'some', 'none'], { type: 'string' }),
      // What gives it; empty where nothing does.
      givenBy: Type.Array(Type.Ref('AtriumGrant')),
      // Resource roles that would give it in this project, to objects with other tags.
      missedBy: Type.Array(Type.Ref('AtriumGrant')),
      // What is lacking; empty when allowed.
      missing: Type.Array(text),
      // Roles that would give what is missing, for the scope they are given in.
      rolesThatGive: Type.Array(
        Type.Object({
          ...{ uid: text, name: text },
          scope: Type.Enum(['tenant', 'project', 'resource'], { type: 'string' }),
        }),
      ),
      // Users who hold what is missing and may give roles, as far as the caller may know users.
      askedOf: Type.Array(Type.Ref('AtriumNamed')),
    }),
  },
  operations: [
    {
      id: 'atriumPermissionsExplain',
      method: 'GET',
      path: '/atrium/v1/permissions/explain',
      parameters: [
        query('user'),
        query('permission'),
        query('operation'),
        query('kind', Type.Enum(Object.keys(kinds), { type: 'string' }) as never),
        query('uid'),
        query('project'),
      ],
      responses: { 200: Type.Ref('AtriumPermissionExplanation') },
    },
  ],
}
