import type { KindDefinition } from './meta.ts'

/** Custom roles; the built-in ones are data of `api/src/permissions`. */
export interface RoleSpec {
  scope: 'tenant' | 'project' | 'resource'
  permissions: string[]
  /** Still held, and grants nothing. */
  isDisabled?: boolean
  unknown?: Record<string, unknown>
}
export type RoleStatus = Record<string, never>
export const roleKind: KindDefinition = { name: 'Role', listColumns: {}, sortColumns: {}, uniqueKeys: [['name']] }
