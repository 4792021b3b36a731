import type { LayerKind } from './cluster-profile.ts'
import type { KindDefinition } from './meta.ts'

export interface PackSource {
  /** Where in the registry: repository with tag, chart with version, folder. */
  place: string
  /** Names the content there: another content has another mark. */
  mark: string
  /** Digest of the key that the content was signed with, where the registry asked for one. */
  signedBy?: string
}

/** One version of a pack in one registry: what the catalogue shows. Written by registry sync only. */
export interface PackSpec {
  registryUid: string
  version: string
  displayName: string
  layer: LayerKind
  addonType: string
  cloudTypes: string[]
  /** Repository below the registry's endpoint, without tag; of the platform's registry when `source` is there. */
  repository: string
  digest: string
  /** What it is made of; absent = a pack. */
  type?: 'helm'
  /** Where it came from, when the platform keeps a copy of its own: the copy stays, whatever becomes of the original. */
  source?: PackSource
  /** Uid of the pack that stands under this registry, name and version now: the tag was moved. */
  replacedBy?: string
  /** Digest of its logo, a PNG, among the blobs of its tenant; absent = none. */
  logo?: string
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
  listColumns: { registryUid: ['registryUid'], version: ['version'], layer: ['layer'], digest: ['digest'] },
  sortColumns: {},
  uniqueKeys: [['registryUid', 'name', 'version', 'digest']],
  taggedBy: 'owner',
}
