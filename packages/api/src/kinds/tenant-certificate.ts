import type { KindDefinition } from './meta.ts'

/** Authorities that are trusted where the server asks others for the tenant. */
export interface TenantCertificateSpec {
  /** PEM of one authority or several, and nothing else. */
  certificate: string
  unknown?: Record<string, unknown>
}
export type TenantCertificateStatus = Record<string, never>
export const tenantCertificateKind: KindDefinition = {
  name: 'TenantCertificate',
  listColumns: {},
  sortColumns: {},
  uniqueKeys: [['name']],
}
