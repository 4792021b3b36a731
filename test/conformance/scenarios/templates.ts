import type { Variables } from '../harness/workspace.ts'

export const first: Variables = {
  ...{ round: 'first', profile_version: '1.0.0', asked: '', percent: 120, hours: 4 },
  windows: { nights: '0 2 * * *', sundays: '30 22 * * SUN' },
}
/** Values alone the client does not send: they change together with the version of a profile. */
export const changed: Variables = {
  ...{ round: 'changed', profile_version: '1.1.0', asked: '2026-01-01T00:00:00Z', percent: 150, hours: 24 },
  windows: { nights: '0 3 * * 1-5' },
}

export const imports = {
  'spectrocloud_cluster_config_policy.windows["project"]': 'conformance-windows:project',
  'spectrocloud_cluster_config_template.full["project"]': 'conformance-full:project',
  'spectrocloud_cluster_group.full["project"]': 'conformance-full:project',
  'spectrocloud_cluster_config_policy.windows["tenant"]': 'conformance-windows:tenant',
  'spectrocloud_cluster_config_template.full["tenant"]': 'conformance-full:tenant',
  'spectrocloud_cluster_group.full["tenant"]': 'conformance-full:tenant',
}
