import type { KindDefinition } from './meta.ts'

/** Lets edge hosts register themselves. The token itself is a secret field `token` beside the object. */
export interface EdgeTokenSpec {
  /** SHA-256 of the token, hexadecimal: what a host shows is compared with it. */
  tokenHash: string
  expiresAt: string | null
  /** Project of hosts that register with it. */
  defaultProjectUid: string | null
  /** Kept, and lets nobody in. */
  isDisabled?: boolean
  unknown?: Record<string, unknown>
}
export type EdgeTokenStatus = Record<string, never>
export const edgeTokenKind: KindDefinition = {
  name: 'EdgeToken',
  listColumns: {},
  sortColumns: {},
  uniqueKeys: [['name']],
}
