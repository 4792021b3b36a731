import type { LayerKind } from './cluster-profile.ts'
import type { KindDefinition } from './meta.ts'

/** One version of a pack in one registry: what the catalogue shows. Written by registry sync only. */
export interface PackSpec {
  registryUid: string
  version: string
  displayName: string
  layer: LayerKind
  addonType: string
  cloudTypes: string[]
  /** Repository below the registry's endpoint, without tag. */
  repository: string
  digest: string
  /** Default values, as text. */
  values: string
  readme: string
  presets: unknown[]
  schema: Record<string, unknown> | null
  annotations: Record<string, string>
  constraints: unknown
}
export type PackStatus = Record<string, never>
export const packKind: KindDefinition = {
  name: 'Pack',
  listColumns: { registryUid: ['registryUid'], version: ['version'], layer: ['layer'] },
  sortColumns: {},
  uniqueKeys: [['registryUid', 'name', 'version']],
}
