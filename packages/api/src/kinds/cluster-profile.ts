import type { KindDefinition } from './meta.ts'

export type ProfileType = 'cluster' | 'infra' | 'add-on' | 'system'
export type LayerKind = 'os' | 'k8s' | 'cni' | 'csi' | 'addon'

export interface ProfileManifest {
  uid: string
  name: string
  /** Kept as text, byte for byte. */
  content: string
}

/** One layer of a profile. Order in the profile is significant. */
export interface ProfileLayer {
  /** Name as in the profile: `<alias>--<pack>` when one pack is used twice. */
  name: string
  type: 'spectro' | 'helm' | 'manifest' | 'oci'
  layer: LayerKind
  /** Version as the user wrote it (`1.2.0`, `1.2.x`). */
  tag: string
  /** Exact version the tag stood for when the layer was saved. */
  version: string
  registryUid: string
  /** Uid of the pack version; manifest layers have one of their own. */
  packUid: string
  /** OCI digest of the content: what the agent pulls. Absent for manifest layers. */
  digest?: string
  /** YAML text: comments carry meaning, so it is never re-printed. */
  values: string
  manifests: ProfileManifest[]
  unknown?: Record<string, unknown>
}

export interface ProfileVariable {
  name: string
  displayName?: string
  description?: string
  inputType?: 'text' | 'dropdown' | 'multiline'
  format?: string
  options?: { value: string; label?: string; description?: string; default?: boolean }[]
  regex?: string
  required?: boolean
  defaultValue?: string
  /** Stands for the default of a sensitive variable, which is a secret of the object: `defaultValue` is absent then. */
  sealedDefault?: string
  hidden?: boolean
  immutable?: boolean
  isSensitive?: boolean
}

export interface ClusterProfileSpec {
  version: string
  cloudType: string
  type: ProfileType
  layers: ProfileLayer[]
  variables: ProfileVariable[]
  /** True once published: clusters may use it. */
  published: boolean
  unknown?: Record<string, unknown>
}
export type ClusterProfileStatus = Record<string, never>

export const clusterProfileKind: KindDefinition = {
  name: 'ClusterProfile',
  listColumns: { version: ['version'], type: ['type'], cloudType: ['cloudType'] },
  sortColumns: {},
  uniqueKeys: [['scope', 'name', 'version']],
}
