import type { KindDefinition } from './meta.ts'

/** A public key that machines let in. */
export interface SshKeySpec {
  publicKey: string
  unknown?: Record<string, unknown>
}
export type SshKeyStatus = Record<string, never>
export const sshKeyKind: KindDefinition = {
  name: 'SshKey',
  listColumns: {},
  sortColumns: {},
  uniqueKeys: [['scope', 'name']],
}
