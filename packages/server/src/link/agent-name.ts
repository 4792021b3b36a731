import type { X509Certificate } from 'node:crypto'

/** Whom an agent's certificate names: one cluster of one tenant, and nothing else. */
export interface AgentName {
  tenant: string
  clusterUid: string
}

const SHAPE = /^URI:atrium:\/\/agent\/([A-Za-z0-9_-]{1,64})\/([0-9a-f]{24})$/

export const agentUri = ({ tenant, clusterUid }: AgentName): string => `atrium://agent/${tenant}/${clusterUid}`

/** The whole alternative name must match: prefixes, lists and other name types are nobody. */
export const agentNameOf = (certificate: X509Certificate): AgentName | null => {
  const [, tenant, clusterUid] = SHAPE.exec(certificate.subjectAltName ?? '') ?? []
  return tenant && clusterUid ? { tenant, clusterUid } : null
}
