import type { KindDefinition } from './meta.ts'

/** Credentials are secret fields (`credentials.<key>`) beside the object, never in the spec. */
export interface CloudAccountSpec {
  cloudType: string
  /** Names of the credentials that are stored, so that a list can show them. */
  credentialKeys: string[]
  /** Random, and another one whenever a credential is: the spec tells nothing of them, and its generation rises with them. */
  credentialsMark?: string
  /** Non-secret settings of the provider (region, endpoint…). */
  settings: Record<string, unknown>
  /** Properties a client sent that we do not know, echoed on the same path. */
  unknown?: Record<string, unknown>
}
export interface CloudAccountStatus {
  /** Result of the newest validation. */
  validation?: { ok: boolean; message: string; at: string }
}

export const cloudAccountKind: KindDefinition = {
  name: 'CloudAccount',
  listColumns: { cloudType: ['cloudType'] },
  sortColumns: {},
  uniqueKeys: [['scope', 'cloudType', 'name']],
}
