const readByNobody = 'the client neither sends nor reads it'
const forever = 'the client never reads it back, and takes what is missing for a difference for ever'
const byName = 'the client never sends it: a layer is found by its name'
const wholePolicies = 'the client sends it of workspaces alone, and takes what is missing for a difference for ever'
const proxy = 'refused: the agent takes no proxy'

/** Layers within a resource that brings profiles to clusters. */
const layersOf = (thing: string): Record<string, string> =>
  Object.fromEntries(
    ['uid', 'registry_uid', 'registry_name'].map((field) => [
      `resource ${thing}.cluster_profile.pack.${field}`,
      byName,
    ]),
  )

/** What no scenario says, and why; of a block, all that is in it. */
export const notSet: Record<string, string> = {
  'resource alert.status': readByNobody,
  'resource registry_oci.wait_for_status_message': 'the client writes it itself',
  'data pack.advance_filters.pack_source': 'no pack of the catalogue is of one that the client knows',
  'data user.id': readByNobody,
  'data ssh_key.id': 'the client asks for the key of no id',
  'data registry_oci.id': readByNobody,
  'data private_cloud_gateway.id': readByNobody,
  'data cloudaccount_aws.depends': readByNobody,
  ...layersOf('cluster_brownfield'),
  ...layersOf('cluster_custom_cloud'),
  ...layersOf('cluster_group'),
  'resource addon_deployment.cluster_profile.pack':
    'the client asks for manifests of a profile by the id of the deployment, which is none, and fails',
  'resource cluster_brownfield.backup_policy.cluster_uids': wholePolicies,
  'resource cluster_brownfield.backup_policy.include_all_clusters': wholePolicies,
  'resource cluster_custom_cloud.backup_policy.cluster_uids': wholePolicies,
  'resource cluster_custom_cloud.backup_policy.include_all_clusters': wholePolicies,
  'resource cluster_brownfield.proxy': proxy,
  'resource cluster_brownfield.no_proxy': proxy,
  'resource cluster_brownfield.host_path': proxy,
  'resource cluster_brownfield.container_mount_path': proxy,
  'resource cluster_brownfield.review_repave_state':
    "nobody repaves the machines of somebody else's cluster, so any value is a difference for ever",
  'resource cluster_brownfield.machine_pool.node.node_id': 'nothing of the client tells it to a configuration',
  'resource cluster_custom_cloud.machine_pool.overrides':
    'the client forgets them of a pool whose name it has just read, and takes that for a difference for ever',
  'resource cluster_group.config.values': forever,
}

/** What is said once where several could be, and why. */
export const notRepeated: Record<string, string> = {
  'resource alert.http': 'the client reads one back',
  'resource cluster_brownfield.machine_pool.node':
    'the client goes from one to the next: several are the same several times',
  'resource cluster_custom_cloud.location_config': 'the client sends the first',
  'resource addon_deployment.cluster_profile': 'the client refuses a second',
}

/** What is in a project alone, and why. */
export const oneScope: Record<string, string> = {
  addon_deployment: 'it waits for a cluster that runs, and the one at tenant scope is not waited for',
}
