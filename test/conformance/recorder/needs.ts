/**
 * What the client reads of each answer. Without an entry nothing can be recorded: whoever meets a new operation says
 * here what its answer is needed for.
 */
export interface OperationNeeds {
  /** Paths whose values must be there, of the recorded type: absence crashes the client or loses state. */
  present?: readonly string[]
  /** Paths whose values the client compares with its configuration: another value is a difference for ever. */
  same?: readonly string[]
  /** Paths that must stay empty as they were: a value appears as a difference. */
  empty?: readonly string[]
  /** The client goes on asking until this path has this value. */
  awaited?: {
    path: string
    value: unknown
    /** As `present`, of answers where that is so: what controllers and agents write until then. */
    present?: readonly string[]
  }
  /** The body is no JSON, and must not be empty. */
  text?: true
  /** Nothing a client does changes the answer: the catalogue. */
  constant?: true
}

const made: OperationNeeds = { present: ['uid'] }
const nothing: OperationNeeds = {}
const text: OperationNeeds = { text: true }
const meta = ['metadata.name', 'metadata.labels', 'metadata.annotations.description']
const profilePacks = 'spec.published.packs[]'
const ociFields = [
  ...['metadata.name', 'spec.endpoint', 'spec.providerType', 'spec.baseContentPath'],
  'status.syncStatus.isSyncSupported',
]
const pools = 'spec.machinePoolConfig[]'
const templates = 'spec.clusterProfileTemplates[]'

/** What the client does with accounts of a cloud, and which fields of `spec` it compares. */
const accountsOf = (cloud: string, compared: readonly string[]): Record<string, OperationNeeds> => ({
  [`v1CloudAccounts${cloud}Create`]: made,
  [`v1CloudAccounts${cloud}Get`]: {
    present: ['metadata.uid', 'spec'],
    same: [
      ...['metadata.name', 'metadata.annotations.scope', 'metadata.annotations.overlordUid'],
      ...compared.map((field) => `spec.${field}`),
    ],
  },
  [`v1CloudAccounts${cloud}List`]: {
    present: ['items[].metadata.uid', 'items[].metadata.annotations.scope'],
    same: ['items[].metadata.name'],
  },
  [`v1CloudAccounts${cloud}Update`]: nothing,
  [`v1CloudAccounts${cloud}Delete`]: nothing,
})

/** Locations of backups; `config` lists what is compared of them. */
const locationsIn = (storage: string, config: readonly string[]): Record<string, OperationNeeds> => ({
  [`v1UsersAssetsLocation${storage}Create`]: made,
  [`v1UsersAssetsLocation${storage}Get`]: {
    present: ['spec.config'],
    same: ['metadata.name', ...config.map((field) => `spec.config.${field}`)],
  },
  [`v1UsersAssetsLocation${storage}Update`]: nothing,
})
const s3Config = [
  ...['bucketName', 'region', 'caCert', 's3Url', 's3ForcePathStyle'],
  ...['credentialType', 'accessKey', 'secretKey', 'sts.arn', 'sts.externalId'].map((field) => `credentials.${field}`),
]

const inWorkspaces = ['projects[].uid', 'projects[].workspaces[].uid', 'projects[].workspaces[].roles[].uid']

const remediation = ['isEnabled', 'disableNodesAutoRemediation'].map((field) => `nodesAutoRemediationSetting.${field}`)

const macrosOf = (scope: 'Projects' | 'Tenants'): Record<string, OperationNeeds> => ({
  [`v1${scope}UidMacrosList`]: { present: ['macros'], same: ['macros[].name', 'macros[].value'] },
  [`v1${scope}UidMacrosCreate`]: nothing,
  [`v1${scope}UidMacrosUpdate`]: nothing,
  [`v1${scope}UidMacrosDeleteByMacroName`]: nothing,
})

export const needsOf: Readonly<Record<string, OperationNeeds>> = {
  v1ProjectsMetadata: { present: ['items[].metadata.name', 'items[].metadata.uid'] },
  v1ProjectsCreate: made,
  v1ProjectsUidGet: {
    present: ['metadata.uid'],
    same: [
      ...[...meta, 'spec.alerts[].component'],
      ...['type', 'isActive', 'alertAllUsers', 'identifiers', 'http'].map(
        (field) => `spec.alerts[].channels[].${field}`,
      ),
    ],
  },
  v1ProjectsUidUpdate: nothing,
  v1ProjectClusterSettingsGet: { same: remediation },
  v1ProjectClustersNodesAutoRemediationSettingUpdate: nothing,
  v1ProjectsUidDelete: nothing,

  v1RegistriesMetadata: { present: ['items[].uid', 'items[].name', 'items[].kind', 'items[].scope'] },
  v1RegistriesPackList: { constant: true, present: ['items[].metadata.uid'], same: ['items[].metadata.name'] },
  v1RegistriesPackUidSyncStatus: { constant: true, present: ['isSyncSupported', 'status'] },
  v1RegistriesHelmCreate: made,
  v1RegistriesHelmUidGet: {
    present: ['metadata.uid'],
    same: [
      ...['metadata.name', 'spec.endpoint', 'spec.isPrivate'],
      ...['type', 'username', 'password', 'token'].map((field) => `spec.auth.${field}`),
    ],
  },
  v1RegistriesHelmUidUpdate: nothing,
  v1RegistriesHelmUidDelete: nothing,
  v1RegistriesHelmList: { present: ['items[].metadata.uid'], same: ['items[].metadata.name'] },
  v1RegistriesHelmUidSyncStatus: { present: ['isSyncSupported'], awaited: { path: 'status', value: 'Success' } },
  v1OciRegistriesSummary: {
    present: ['items[].metadata.uid', 'items[].spec.registryType'],
    same: ['items[].metadata.name'],
  },
  v1BasicOciRegistriesCreate: made,
  v1BasicOciRegistriesUidGet: {
    present: ['metadata.uid', 'spec.auth.tls', 'status.syncStatus'],
    same: [
      ...[...ociFields, 'spec.basePath'],
      ...['type', 'username', 'tls.enabled', 'tls.certificate'].map((field) => `spec.auth.${field}`),
    ],
  },
  v1BasicOciRegistriesUidSyncStatus: { same: ['isSyncSupported'] },
  v1BasicOciRegistriesUidUpdate: nothing,
  v1BasicOciRegistriesUidDelete: nothing,
  v1EcrRegistriesCreate: made,
  v1EcrRegistriesUidGet: {
    present: ['metadata.uid', 'spec.credentials.credentialType', 'status.syncStatus'],
    same: [
      ...[...ociFields, 'spec.isPrivate', 'spec.tls.certificate'],
      ...['credentialType', 'accessKey', 'sts.arn', 'sts.externalId'].map((field) => `spec.credentials.${field}`),
    ],
  },
  v1EcrRegistriesUidUpdate: nothing,
  v1EcrRegistriesUidDelete: nothing,
  v1PacksSearch: {
    constant: true,
    present: ['items[].spec.registries[].latestVersion', 'items[].spec.registries[].uid', 'listmeta'],
    same: ['items[].spec.name'],
  },
  v1PacksSummaryList: {
    constant: true,
    present: ['items[].metadata.uid', 'items[].spec.values', 'items[].spec.cloudTypes', 'listmeta'],
    same: ['items[].spec.name', 'items[].spec.version', 'items[].spec.registryUid'],
  },
  v1PacksUid: { constant: true, present: ['name'], same: ['registryUid'] },
  v1PacksNameRegistryUidList: { constant: true, present: ['tags[].version', 'tags[].packUid', 'packValues[].packUid'] },

  v1ClusterProfilesCreate: made,
  v1ClusterProfilesImportFile: made,
  V1ClusterProfilesUidExport: text,
  v1ClusterProfilesPublish: nothing,
  v1ClusterProfilesUpdate: nothing,
  v1ClusterProfilesUidMetadataUpdate: nothing,
  v1ClusterProfilesDelete: nothing,
  v1ClusterProfilesMetadata: {
    present: ['items[].metadata.uid', 'items[].metadata.name', 'items[].spec.version'],
  },
  v1ClusterProfilesGet: {
    present: ['metadata.uid', `${profilePacks}.packUid`, `${profilePacks}.manifests[].uid`],
    same: [
      ...meta,
      'metadata.annotations.scope',
      ...['spec.published.cloudType', 'spec.published.type', 'spec.published.profileVersion'],
      ...['name', 'tag', 'type', 'values', 'manifests[].name'].map((field) => `${profilePacks}.${field}`),
    ],
  },
  v1ClusterProfilesUidPacksUidManifests: { same: ['items[].metadata.name', 'items[].spec.published.content'] },
  V1ClusterProfilesUidVariablesGet: {
    same: [
      ...['name', 'displayName', 'description', 'defaultValue', 'format', 'inputType', 'regex', 'required'],
      ...['options[].label', 'options[].value', 'options[].description'],
    ].map((field) => `variables[].${field}`),
  },
  V1ClusterProfilesUidVariablesPut: nothing,
  V1ClusterProfilesUidVariablesPatch: nothing,

  V1CustomCloudTypesGet: { constant: true, present: ['cloudTypes[].name', 'cloudTypes[].isCustom'] },
  v1CloudAccountsCustomCreate: made,
  v1CloudAccountsCustomGet: {
    present: ['metadata.uid'],
    same: ['kind', 'metadata.name', 'metadata.annotations.scope', 'metadata.annotations.overlordUid'],
  },
  v1CloudAccountsCustomList: {
    present: ['items[].metadata.uid', 'items[].metadata.annotations.scope'],
    same: ['items[].metadata.name'],
  },
  ...accountsOf('Aws', [
    ...['credentialType', 'accessKey', 'partition', 'policyARNs', 'sts.arn'],
    ...['podIdentity.roleArn', 'podIdentity.permissionBoundaryArn'],
  ]),
  ...accountsOf('Azure', [
    ...['tenantId', 'clientId', 'tenantName', 'azureEnvironment', 'tls.cert'],
    'settings.disablePropertiesRequest',
  ]),
  ...accountsOf('Gcp', []),
  ...accountsOf('Vsphere', ['vcenterServer', 'username', 'insecure']),
  ...accountsOf('Maas', ['apiEndpoint']),
  ...accountsOf('CloudStack', ['apiUrl', 'domain', 'insecure']),
  v1CloudAccountsListSummary: { present: ['items[].metadata.uid'] },
  V1AwsAccountValidate: nothing,
  V1AzureAccountValidate: nothing,
  V1AwsS3Validate: nothing,
  V1GcpBucketNameValidate: nothing,
  v1OverlordsUidVsphereAccountValidate: nothing,
  v1OverlordsUidMaasAccountValidate: nothing,
  v1OverlordsUidCloudStackAccountValidate: nothing,
  v1OverlordsList: { present: ['items[].metadata.uid'], same: ['items[].metadata.name'] },
  v1OverlordsUidGet: { present: ['metadata.uid'], same: ['metadata.name', 'status.state'] },
  v1CloudAccountsCustomUpdate: nothing,
  v1CloudAccountsCustomDelete: nothing,

  v1SpectroClustersCustomCreate: made,
  v1SpectroClustersGenericImport: made,
  v1SpectroClustersAwsImport: made,
  v1SpectroClustersGet: {
    present: [
      ...['metadata.uid', 'spec.cloudConfigRef.uid', 'status.state', 'status.spcApply.canBeApplied'],
      ...[`${templates}.packs[].name`, 'status.clusterImport.importLink', 'status.repave', 'spec.clusterConfig'],
    ],
    same: [
      ...[...meta, 'metadata.annotations.spectroComponentsUpgradeForbidden'],
      ...['metadata.annotations.scope', 'spec.cloudType', 'spec.cloudConfigRef.kind'],
      ...['uid', 'name', 'type', 'profileVersion'].map((field) => `${templates}.${field}`),
      ...['updateWorkerPoolsInParallel', 'timezone', 'hostClusterConfig', 'machineManagementConfig'].map(
        (field) => `spec.clusterConfig.${field}`,
      ),
      ...['countryCode', 'regionName', 'geoLoc'].map((field) => `status.location.${field}`),
    ],
    empty: ['status.location', 'spec.clusterConfig.machineManagementConfig'],
    awaited: {
      ...{ path: 'status.state', value: 'Running' },
      present: ['status.conditions[].status', 'status.packs[].condition.type', 'status.packs[].condition.status'],
    },
  },
  v1SpectroClustersSummaryUidOverview: {
    present: ['status.state', 'status.health.state'],
    awaited: { path: 'status.health.state', value: 'Healthy' },
  },
  v1SpectroClustersSearchFilterSummary: { present: ['listmeta'], same: ['items[].metadata.uid'] },
  v1SpectroClustersUidKubeConfigClientGet: text,
  v1SpectroClustersUidAdminKubeConfig: text,
  v1ClusterFeatureBackupCreate: made,
  v1ClusterFeatureBackupUpdate: nothing,
  v1ClusterFeatureBackupGet: { same: ['spec.config'] },
  v1ClusterFeatureComplianceScanCreate: made,
  v1ClusterFeatureComplianceScanUpdate: nothing,
  v1ClusterFeatureComplianceScanGet: { same: ['spec.driverSpec'] },
  v1SpectroClustersUidConfigRbacsGet: { present: ['items'], same: ['items[].spec.bindings'] },
  v1SpectroClustersUidConfigRbacsUpdate: nothing,
  v1SpectroClustersUidConfigNamespacesGet: {
    present: ['items'],
    same: ['items[].metadata.name', 'items[].spec.resourceAllocation'],
  },
  v1SpectroClustersUidConfigNamespacesUpdate: nothing,
  v1SpectroClustersUidOsPatchUpdate: nothing,
  v1SpectroClustersUidUpgradeSettings: nothing,
  v1SpectroClustersUidTimezoneUpdate: nothing,
  v1SpectroClustersUidLocationPut: nothing,
  V1HostClusterConfigUpdate: nothing,
  v1SpectroClustersUidVariablesGet: {
    same: ['[].profileUid', '[].variables[].name', '[].variables[].value'],
  },
  v1SpectroClustersUidVariablesPatch: nothing,
  v1SpectroClustersPatchProfiles: nothing,
  v1SpectroClustersDeleteProfiles: nothing,
  v1SpectroClustersUidMetadataUpdate: nothing,
  v1SpectroClustersDelete: nothing,

  v1WorkspacesCreate: made,
  v1WorkspacesUidGet: {
    present: ['metadata.uid', 'spec.quota', 'spec.clusterRefs[].clusterUid', 'spec.clusterRbacs[].metadata.uid'],
    same: [
      'metadata.name',
      'spec.quota.resourceAllocation',
      ...['name', 'image.blackListedImages'].map((field) => `spec.clusterNamespaces[].${field}`),
      ...['defaultResourceAllocation', 'clusterResourceAllocations[].resourceAllocation'].map(
        (field) => `spec.clusterNamespaces[].namespaceResourceAllocation.${field}`,
      ),
      'spec.clusterRbacs[].spec.bindings',
    ],
    empty: ['spec.quota.resourceAllocation'],
  },
  v1WorkspacesUidMetaUpdate: nothing,
  v1WorkspacesUidClusterNamespacesUpdate: nothing,
  v1WorkspacesUidClusterRbacUpdate: nothing,
  v1WorkspaceOpsBackupCreate: made,
  v1WorkspaceOpsBackupUpdate: nothing,
  v1WorkspaceOpsBackupGet: { same: ['spec.config.backupConfig', 'spec.config.includeAllClusters'] },
  v1WorkspacesUidDelete: nothing,
  v1DashboardWorkspacesList: { present: ['items[].metadata.uid'], same: ['items[].metadata.name'] },

  V1SpcPoliciesMaintenanceCreate: made,
  V1SpcPoliciesMaintenanceUidGet: {
    present: ['metadata.uid'],
    same: ['metadata.name', 'metadata.labels', 'spec.schedules'],
  },
  V1SpcPoliciesMaintenanceUidUpdate: nothing,
  V1SpcPoliciesUidDelete: nothing,
  v1SpcPoliciesFilterSummary: { present: ['items[].metadata.uid'], same: ['items[].metadata.name'] },
  V1ClusterTemplatesCreate: made,
  V1ClusterTemplatesUidGet: {
    present: ['metadata.uid', 'status.state'],
    same: [...meta, 'spec.cloudType', 'spec.profiles', 'spec.policies'],
  },
  V1ClusterTemplatesUidMetadataUpdate: nothing,
  V1ClusterTemplatesUidPoliciesUpdate: nothing,
  V1ClusterTemplatesUidProfilesUpdate: nothing,
  V1ClusterTemplatesUidProfilesVariablesPatch: nothing,
  V1SpectroClustersTemplatesUidClustersUpgrade: nothing,
  V1ClusterTemplatesUidDelete: nothing,
  v1ClusterTemplatesFilterSummary: { present: ['items[].metadata.uid'], same: ['items[].metadata.name'] },
  v1ClusterGroupsCreate: made,
  v1ClusterGroupsUidGet: {
    present: ['metadata.uid', 'spec.clustersConfig.limitConfig'],
    same: [
      ...['metadata.name', 'metadata.labels', 'metadata.annotations.scope', 'status.isActive'],
      ...['endpointType', 'kubernetesDistroType', 'limitConfig', 'hostClustersConfig'].map(
        (field) => `spec.clustersConfig.${field}`,
      ),
    ],
  },
  v1ClusterGroupsUidMetaUpdate: nothing,
  v1ClusterGroupsUidHostClusterUpdate: nothing,
  v1ClusterGroupsUidProfilesUpdate: nothing,
  v1ClusterGroupsUidDelete: nothing,
  v1ClusterGroupsHostClusterSummary: { present: ['summaries[].metadata.uid'], same: ['summaries[].metadata.name'] },
  v1ClusterGroupsHostClusterMetadata: { present: ['items[].uid'], same: ['items[].name'] },

  ...macrosOf('Projects'),
  ...macrosOf('Tenants'),
  V1TenantUidPasswordPolicyGet: {
    same: [
      ...['expiryDurationInDays', 'firstReminderInDays', 'minLength', 'minNumOfBlockLetters', 'minNumOfDigits'],
      ...['minNumOfSmallLetters', 'minNumOfSpecialCharacters', 'regex'],
    ],
  },
  V1TenantUidPasswordPolicyUpdate: nothing,
  v1TenantResourceLimitsGet: { same: ['resources[].kind', 'resources[].limit'] },
  v1TenantResourceLimitsUpdate: nothing,
  V1TenantDeveloperCreditGet: { same: ['cpu', 'memoryGiB', 'storageGiB', 'virtualClustersLimit'] },
  V1TenantDeveloperCreditUpdate: nothing,
  V1TenantPrefClusterGroupGet: { same: ['hideSystemClusterGroups'] },
  V1TenantPrefClusterGroupUpdate: nothing,
  v1TenantUidAuthTokenSettingsGet: { same: ['expiryTimeMinutes'] },
  v1TenantUidAuthTokenSettingsUpdate: nothing,
  v1TenantUidLoginBannerGet: { same: ['title', 'Message'] },
  v1TenantUidLoginBannerUpdate: nothing,
  v1TenantClusterRbacSettingsGet: { same: ['automaticClusterRoleBinding'] },
  v1TenantClusterRbacSettingsUpdate: nothing,
  v1TenantClusterSettingsGet: { same: remediation },
  v1TenantClustersNodesAutoRemediationSettingUpdate: nothing,
  v1TenantFipsSettingsGet: {
    same: ['fipsPackConfig', 'fipsClusterFeatureConfig', 'fipsClusterImportConfig'].map((field) => `${field}.mode`),
  },
  v1TenantFipsSettingsUpdate: nothing,
  v1SpectroClustersUpgradeSettingsGet: { same: ['spectroComponents'] },
  v1SpectroClustersUpgradeSettings: nothing,

  v1PermissionsList: { constant: true, present: ['[].name', '[].permissions'] },
  v1RolesCreate: made,
  v1RolesUidGet: { present: ['metadata.uid'], same: ['metadata.name', 'spec.scope', 'spec.permissions'] },
  v1RolesUidUpdate: nothing,
  v1RolesUidDelete: nothing,
  v1UsersList: { present: ['items[].metadata.uid', 'items[].spec.emailId'] },
  v1UsersUidGet: { present: ['metadata.uid'], same: ['spec.emailId'] },
  v1RolesList: { present: ['items[].metadata.uid'], same: ['items[].metadata.name'] },
  v1UsersCreate: made,
  v1UsersSummaryGet: {
    present: ['items[].metadata.uid'],
    same: ['firstName', 'lastName', 'emailId', 'teams[].uid'].map((field) => `items[].spec.${field}`),
  },
  v1UsersUidRoles: { same: ['roles[].uid'] },
  v1UsersProjectRoles: { same: ['projects[].uid', 'projects[].roles[].uid'] },
  v1UsersWorkspaceGetRoles: { present: ['projects'], same: inWorkspaces },
  v1UsersUidResourceRoles: {
    present: ['resourceRoles[].uid'],
    same: ['projectUids[].uid', 'filterRefs[].uid', 'roles[].uid'].map((field) => `resourceRoles[].${field}`),
  },
  v1UsersUidRolesUpdate: nothing,
  v1UsersProjectRolesPut: nothing,
  v1UsersWorkspaceRolesPut: nothing,
  v1UsersUidResourceRolesCreate: nothing,
  v1UsersUidResourceRolesUidDelete: nothing,
  v1UsersUidDelete: nothing,
  v1UsersInfoGet: { present: ['tenantUid', 'orgName'] },

  v1TeamsCreate: made,
  v1TeamsUidGet: { present: ['metadata.uid'], same: ['metadata.name', 'spec.users'] },
  v1TeamsList: { present: ['items[].metadata.uid'], same: ['items[].metadata.name', 'items[].spec.roles'] },
  V1TeamsUidTenantRolesGet: { present: ['roles'], same: ['roles[].uid'] },
  v1TeamsProjectRoles: { present: ['projects'], same: ['projects[].uid', 'projects[].roles[].uid'] },
  v1TeamsWorkspaceGetRoles: { present: ['projects'], same: inWorkspaces },
  v1TeamsUidUpdate: nothing,
  V1TeamsUidTenantRolesUpdate: nothing,
  v1TeamsProjectRolesPut: nothing,
  v1TeamsWorkspaceRolesPut: nothing,
  v1TeamsUidDelete: nothing,

  v1TagFiltersCreate: made,
  v1TagFilterUidGet: {
    same: [
      'metadata.name',
      'spec.filterGroup.conjunction',
      ...['key', 'negation', 'operator', 'values'].map((field) => `spec.filterGroup.filters[].${field}`),
    ],
  },
  v1FiltersList: { present: ['items[].metadata.uid'], same: ['items[].metadata.name'] },
  v1TagFilterUidUpdate: nothing,
  v1TagFilterUidDelete: nothing,

  v1ProjectsUidAlertUpdate: nothing,

  v1UserAssetsSshCreate: made,
  v1UsersAssetSshGetUid: { same: ['metadata.name', 'spec.publicKey'] },
  v1UsersAssetsSshGet: { present: ['items[].metadata.uid'], same: ['items[].metadata.name', 'items[].spec.publicKey'] },
  v1UsersAssetSshUpdate: nothing,
  v1UsersAssetSshDelete: nothing,

  v1EdgeTokensCreate: made,
  v1EdgeTokensList: { present: ['items[].metadata.uid', 'items[].spec.token'], same: ['items[].metadata.name'] },
  v1EdgeTokensUidGet: {
    present: ['spec.token', 'spec.expiry'],
    same: ['metadata.name', 'metadata.annotations.description', 'spec.defaultProject.uid', 'status.isActive'],
  },
  v1EdgeTokensUidUpdate: nothing,
  v1EdgeTokensUidState: nothing,
  v1EdgeTokensUidDelete: nothing,

  v1UsersAssetsLocationGet: {
    present: ['items[].metadata.uid'],
    same: ['items[].metadata.name', 'items[].spec.isDefault', 'items[].spec.storage'],
  },
  ...locationsIn('S3', s3Config),
  ...locationsIn('Minio', s3Config),
  ...locationsIn('Gcp', ['bucketName', 'projectId', 'credentials.jsonCredentials']),
  ...locationsIn('Azure', [
    ...['containerName', 'resourceGroup', 'sku', 'storageName', 'credentials.clientId', 'credentials.tenantId'],
    ...['credentials.subscriptionId', 'credentials.clientSecret'],
  ]),
  v1UsersAssetsLocationS3Delete: nothing,

  V1TenantUidDomainsGet: { present: ['domains'], same: ['domains'] },
  V1TenantUidDomainsUpdate: nothing,
  V1TenantUidSsoAuthProvidersGet: { present: ['isEnabled'], same: ['ssoLogins'] },
  V1TenantUidSsoAuthProvidersUpdate: nothing,
  V1TenantUidOidcConfigGet: {
    present: ['callbackUrl', 'logoutUrl'],
    same: [
      ...['isSsoEnabled', 'clientId', 'issuerUrl', 'scopes', 'defaultTeams', 'issuerTls', 'requiredClaims', 'userInfo'],
    ],
  },
  V1TenantUidOidcConfigUpdate: nothing,
  V1TenantUidSamlConfigSpecGet: {
    present: ['issuer', 'entityId', 'singleLogoutUrl'],
    same: [
      ...['isSsoEnabled', 'identityProvider', 'federationMetadata', 'nameIdFormat', 'isSingleLogoutEnabled'],
      ...['defaultTeams', 'attributes'],
    ],
  },
  V1TenantUidSamlConfigUpdate: nothing,

  v1CloudConfigsGenericPoolMachinesList: { present: ['items[].metadata.uid'], same: ['items[].metadata.name'] },
  v1CloudConfigsGenericPoolMachinesUidGet: {
    same: ['status.maintenanceStatus.action'],
    awaited: { path: 'status.maintenanceStatus.state', value: 'Completed' },
  },
  v1CloudConfigsMachinePoolsMachineUidMaintenanceUpdate: nothing,
  v1CloudConfigsCustomGet: {
    same: [
      ...['kind', 'spec.cloudAccountRef.uid', 'spec.clusterConfig.values'],
      ...['name', 'size', 'values', 'isControlPlane', 'useControlPlaneAsWorker'].map((field) => `${pools}.${field}`),
      ...['key', 'value', 'effect'].map((field) => `${pools}.taints[].${field}`),
    ],
  },
  v1CloudConfigsCustomUidClusterConfig: nothing,
  v1CloudConfigsCustomMachinePoolCreate: made,
  v1CloudConfigsCustomMachinePoolUpdate: nothing,
  v1CloudConfigsCustomMachinePoolDelete: nothing,
}
