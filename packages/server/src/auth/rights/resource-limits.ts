import type { v1ResourceLimitType } from '@atrium/api/generated/operations.d.ts'

/** Limits of a tenant that never set any, by kind. */
export const defaultLimits: Partial<Record<v1ResourceLimitType, { label: string; limit: number }>> = {
  user: { label: 'Users', limit: 300 },
  team: { label: 'Teams', limit: 100 },
  project: { label: 'Projects', limit: 50 },
  workspace: { label: 'Workspaces', limit: 50 },
  role: { label: 'Roles', limit: 100 },
  cloudaccount: { label: 'Cloud accounts', limit: 200 },
  clusterprofile: { label: 'Cluster profiles', limit: 200 },
  registry: { label: 'Registries', limit: 50 },
  privategateway: { label: 'Private gateways', limit: 50 },
  apiKey: { label: 'API keys', limit: 20 },
  location: { label: 'Backup locations', limit: 100 },
  certificate: { label: 'Certificates', limit: 20 },
  macro: { label: 'Macros', limit: 200 },
  sshkey: { label: 'SSH keys', limit: 300 },
  alert: { label: 'Alerts', limit: 100 },
  spectrocluster: { label: 'Clusters', limit: 10_000 },
  edgehost: { label: 'Edge hosts', limit: 200 },
  edgetoken: { label: 'Registration tokens', limit: 200 },
  filter: { label: 'Filters', limit: 100 },
  clustergroup: { label: 'Cluster groups', limit: 100 },
  clustertemplate: { label: 'Cluster templates', limit: 100 },
  spcpolicy: { label: 'Maintenance policies', limit: 100 },
  appprofile: { label: 'App profiles', limit: 100 },
  appdeployment: { label: 'App deployments', limit: 100 },
}

/** The tenant's setting that holds its own. */
export const limitsName = 'resourceLimits'

/** The limit of `kind`, by what the tenant set. */
export function limitIn(own: Record<string, unknown> | null, kind: v1ResourceLimitType): number {
  const set = own?.[kind]
  return typeof set === 'number' ? set : (defaultLimits[kind]?.limit ?? Number.POSITIVE_INFINITY)
}
