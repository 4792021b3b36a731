import type { KindDefinition } from './meta.ts'

/** A place packs come from. Credentials are a secret field `auth` beside the object. */
export interface RegistrySpec {
  type: 'pack' | 'oci' | 'helm'
  /** `https://host:port/base-path`. */
  endpoint: string
  /** CA bundle (PEM) that the endpoint's certificate is checked against; empty = the system's. */
  caBundle: string
  isDefault: boolean
  isPrivate: boolean
}
export interface RegistryStatus {
  sync?: {
    state: 'Pending' | 'InProgress' | 'Success' | 'Failed'
    message: string
    lastRunAt: string | null
    lastSuccessAt: string | null
  }
}
export const registryKind: KindDefinition = {
  name: 'Registry',
  listColumns: { type: ['type'] },
  sortColumns: {},
  uniqueKeys: [['scope', 'name']],
  reconciled: true,
}
