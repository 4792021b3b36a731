import type { KindDefinition } from './meta.ts'

/** The macros of one project, or of the tenant (`project` null); one object each. */
export interface MacroSetSpec {
  macros: Record<string, string>
}
export type MacroSetStatus = Record<string, never>
export const macroSetKind: KindDefinition = {
  name: 'MacroSet',
  listColumns: {},
  sortColumns: {},
  uniqueKeys: [['scope', 'name']],
}
