import type { RegisteredOperation } from '../../operation.ts'
import { atriumTenantsDomainsCheck } from './atriumTenantsDomainsCheck.ts'
import { atriumTenantsDomainsList } from './atriumTenantsDomainsList.ts'
import { atriumTenantsLinkedUsersGet } from './atriumTenantsLinkedUsersGet.ts'
import { atriumTenantsLinkedUsersUpdate } from './atriumTenantsLinkedUsersUpdate.ts'
import { atriumTenantsMfaGet } from './atriumTenantsMfaGet.ts'
import { atriumTenantsMfaUpdate } from './atriumTenantsMfaUpdate.ts'
import { atriumTenantsSamlKeysActivate } from './atriumTenantsSamlKeysActivate.ts'
import { atriumTenantsSamlKeysCreate } from './atriumTenantsSamlKeysCreate.ts'
import { atriumTenantsSamlKeysDelete } from './atriumTenantsSamlKeysDelete.ts'
import { atriumTenantsSamlKeysList } from './atriumTenantsSamlKeysList.ts'
import { V1TenantDeveloperCreditGet } from './V1TenantDeveloperCreditGet.ts'
import { V1TenantDeveloperCreditUpdate } from './V1TenantDeveloperCreditUpdate.ts'
import { V1TenantPrefClusterGroupGet } from './V1TenantPrefClusterGroupGet.ts'
import { V1TenantPrefClusterGroupUpdate } from './V1TenantPrefClusterGroupUpdate.ts'
import { V1TenantUIdAssetsCertsList } from './V1TenantUIdAssetsCertsList.ts'
import { V1TenantUidAssetsCertsCreate } from './V1TenantUidAssetsCertsCreate.ts'
import { V1TenantUidAssetsCertsUidDelete } from './V1TenantUidAssetsCertsUidDelete.ts'
import { V1TenantUidAssetsCertsUidGet } from './V1TenantUidAssetsCertsUidGet.ts'
import { V1TenantUidAssetsCertsUidUpdate } from './V1TenantUidAssetsCertsUidUpdate.ts'
import { V1TenantUidDomainsGet } from './V1TenantUidDomainsGet.ts'
import { V1TenantUidDomainsUpdate } from './V1TenantUidDomainsUpdate.ts'
import { V1TenantUidOidcConfigGet } from './V1TenantUidOidcConfigGet.ts'
import { V1TenantUidOidcConfigUpdate } from './V1TenantUidOidcConfigUpdate.ts'
import { V1TenantUidPasswordPolicyGet } from './V1TenantUidPasswordPolicyGet.ts'
import { V1TenantUidPasswordPolicyUpdate } from './V1TenantUidPasswordPolicyUpdate.ts'
import { V1TenantUidSamlConfigSpecGet } from './V1TenantUidSamlConfigSpecGet.ts'
import { V1TenantUidSamlConfigUpdate } from './V1TenantUidSamlConfigUpdate.ts'
import { V1TenantUidSsoAuthProvidersGet } from './V1TenantUidSsoAuthProvidersGet.ts'
import { V1TenantUidSsoAuthProvidersUpdate } from './V1TenantUidSsoAuthProvidersUpdate.ts'
import { v1SpectroClustersUpgradeSettings } from './v1SpectroClustersUpgradeSettings.ts'
import { v1SpectroClustersUpgradeSettingsGet } from './v1SpectroClustersUpgradeSettingsGet.ts'
import { v1TenantClusterRbacSettingsGet } from './v1TenantClusterRbacSettingsGet.ts'
import { v1TenantClusterRbacSettingsUpdate } from './v1TenantClusterRbacSettingsUpdate.ts'
import { v1TenantClusterSettingsGet } from './v1TenantClusterSettingsGet.ts'
import { v1TenantClustersNodesAutoRemediationSettingUpdate } from './v1TenantClustersNodesAutoRemediationSettingUpdate.ts'
import { v1TenantFipsSettingsGet } from './v1TenantFipsSettingsGet.ts'
import { v1TenantFipsSettingsUpdate } from './v1TenantFipsSettingsUpdate.ts'
import { v1TenantResourceLimitsGet } from './v1TenantResourceLimitsGet.ts'
import { v1TenantResourceLimitsUpdate } from './v1TenantResourceLimitsUpdate.ts'
import { v1TenantUidAuthTokenSettingsGet } from './v1TenantUidAuthTokenSettingsGet.ts'
import { v1TenantUidAuthTokenSettingsUpdate } from './v1TenantUidAuthTokenSettingsUpdate.ts'
import { v1TenantUidLoginBannerGet } from './v1TenantUidLoginBannerGet.ts'
import { v1TenantUidLoginBannerUpdate } from './v1TenantUidLoginBannerUpdate.ts'

export const tenantsOperations: RegisteredOperation[] = [
  atriumTenantsDomainsCheck,
  atriumTenantsDomainsList,
  atriumTenantsLinkedUsersGet,
  atriumTenantsLinkedUsersUpdate,
  atriumTenantsMfaGet,
  atriumTenantsMfaUpdate,
  atriumTenantsSamlKeysActivate,
  atriumTenantsSamlKeysCreate,
  atriumTenantsSamlKeysDelete,
  atriumTenantsSamlKeysList,
  v1SpectroClustersUpgradeSettings,
  v1SpectroClustersUpgradeSettingsGet,
  v1TenantClusterRbacSettingsGet,
  v1TenantClusterRbacSettingsUpdate,
  v1TenantClusterSettingsGet,
  v1TenantClustersNodesAutoRemediationSettingUpdate,
  V1TenantDeveloperCreditGet,
  V1TenantDeveloperCreditUpdate,
  v1TenantFipsSettingsGet,
  v1TenantFipsSettingsUpdate,
  V1TenantPrefClusterGroupGet,
  V1TenantPrefClusterGroupUpdate,
  v1TenantResourceLimitsGet,
  v1TenantResourceLimitsUpdate,
  V1TenantUIdAssetsCertsList,
  V1TenantUidAssetsCertsCreate,
  V1TenantUidAssetsCertsUidDelete,
  V1TenantUidAssetsCertsUidGet,
  V1TenantUidAssetsCertsUidUpdate,
  v1TenantUidAuthTokenSettingsGet,
  v1TenantUidAuthTokenSettingsUpdate,
  V1TenantUidDomainsGet,
  V1TenantUidDomainsUpdate,
  v1TenantUidLoginBannerGet,
  v1TenantUidLoginBannerUpdate,
  V1TenantUidOidcConfigGet,
  V1TenantUidOidcConfigUpdate,
  V1TenantUidPasswordPolicyGet,
  V1TenantUidPasswordPolicyUpdate,
  V1TenantUidSamlConfigSpecGet,
  V1TenantUidSamlConfigUpdate,
  V1TenantUidSsoAuthProvidersGet,
  V1TenantUidSsoAuthProvidersUpdate,
]
