const accounts = ['aws', 'azure', 'gcp', 'vsphere', 'maas', 'apache_cloudstack', 'custom']
const both = [
  ...['project', 'user', 'team', 'role', 'filter', 'macros', 'ssh_key', 'registration_token', 'registry_oci'],
  ...['registry_helm', 'cluster_profile', 'cluster_group', 'workspace', 'backup_storage_location'],
  ...['cluster_config_template', 'cluster_config_policy', ...accounts.map((cloud) => `cloudaccount_${cloud}`)],
]

/** What users of the client are promised, by the names it has there. */
export const promised = {
  resource: [
    ...['alert', 'password_policy', 'resource_limit', 'platform_setting', 'developer_setting', 'sso'],
    ...['cluster_profile_import', 'cluster_brownfield', 'cluster_custom_cloud', 'addon_deployment', ...both],
  ],
  data: [
    ...['permission', 'pack', 'pack_simple', 'registry', 'registry_pack', 'cluster', 'private_cloud_gateway'],
    ...both,
  ],
} as const
