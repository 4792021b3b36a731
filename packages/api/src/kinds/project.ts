import type { KindDefinition } from './meta.ts'

export interface ProjectSpec {
  description?: string
  /** Properties a client sent that we do not know, echoed on the same path. */
  unknown?: Record<string, unknown>
}
export type ProjectStatus = Record<string, never>

export const projectKind: KindDefinition = {
  name: 'Project',
  listColumns: {},
  sortColumns: {},
  uniqueKeys: [['name']],
}
