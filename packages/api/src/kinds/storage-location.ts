import type { KindDefinition } from './meta.ts'

/** Where backups are kept. What is secret of its credentials is a secret field `credentials` beside the object: a JSON object. */
export interface StorageLocationSpec {
  storage: 's3' | 'minio' | 'gcp' | 'azure'
  /** As sent; clients say what the location is for. */
  type?: string
  /** Of those of its scope at most one. */
  isDefault: boolean
  /** As the client sent it, with everything secret taken out. */
  config: Record<string, unknown>
  unknown?: Record<string, unknown>
}
export type StorageLocationStatus = Record<string, never>
export const storageLocationKind: KindDefinition = {
  name: 'StorageLocation',
  listColumns: {},
  sortColumns: {},
  uniqueKeys: [['scope', 'name']],
}
