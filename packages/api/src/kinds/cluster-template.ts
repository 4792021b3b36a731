import type { KindDefinition } from './meta.ts'

/** A variable of a profile: one value for all clusters of the template, or each cluster its own. Absent strategy = `all`. */
export interface TemplateVariable {
  name: string
  value?: string
  assignStrategy?: 'all' | 'cluster'
}
export interface TemplateProfile {
  uid: string
  variables?: TemplateVariable[]
}

/** Profiles with values and a maintenance policy, to make clusters of. */
export interface ClusterTemplateSpec {
  cloudType: string
  policies: { uid: string; kind?: string }[]
  profiles: TemplateProfile[]
}
export type ClusterTemplateStatus = Record<string, never>

export const clusterTemplateKind: KindDefinition = {
  name: 'ClusterTemplate',
  listColumns: {},
  sortColumns: {},
  uniqueKeys: [['scope', 'name']],
}
