import type { KindDefinition } from './meta.ts'

/** Somebody to be told. What a channel of type `http` calls is secret: a field `alert.<uid>` beside the project, a JSON object. */
export interface AlertChannel {
  uid: string
  type: 'email' | 'app' | 'http'
  isActive: boolean
  alertAllUsers: boolean
  /** Mail addresses. */
  identifiers: string[]
  createdBy: string
}

export interface ProjectSpec {
  description?: string
  /** Who is told what happens, by component. */
  alerts?: Record<string, AlertChannel[]>
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
