import type { RegisteredOperation } from '../../operation.ts'
import { V1HostClusterConfigUpdate } from './V1HostClusterConfigUpdate.ts'
import { v1ClusterFeatureBackupCreate } from './v1ClusterFeatureBackupCreate.ts'
import { v1ClusterFeatureBackupGet } from './v1ClusterFeatureBackupGet.ts'
import { v1ClusterFeatureBackupUpdate } from './v1ClusterFeatureBackupUpdate.ts'
import { v1ClusterFeatureComplianceScanCreate } from './v1ClusterFeatureComplianceScanCreate.ts'
import { v1ClusterFeatureComplianceScanGet } from './v1ClusterFeatureComplianceScanGet.ts'
import { v1ClusterFeatureComplianceScanUpdate } from './v1ClusterFeatureComplianceScanUpdate.ts'
import { v1EventsComponentsObjTypeUidList } from './v1EventsComponentsObjTypeUidList.ts'
import { v1SpectroClustersAwsImport } from './v1SpectroClustersAwsImport.ts'
import { v1SpectroClustersAzureImport } from './v1SpectroClustersAzureImport.ts'
import { v1SpectroClustersCertificatesRenew } from './v1SpectroClustersCertificatesRenew.ts'
import { v1SpectroClustersCloudStackImport } from './v1SpectroClustersCloudStackImport.ts'
import { v1SpectroClustersCustomCreate } from './v1SpectroClustersCustomCreate.ts'
import { v1SpectroClustersDelete } from './v1SpectroClustersDelete.ts'
import { v1SpectroClustersDeleteProfiles } from './v1SpectroClustersDeleteProfiles.ts'
import { v1SpectroClustersGcpImport } from './v1SpectroClustersGcpImport.ts'
import { v1SpectroClustersGenericImport } from './v1SpectroClustersGenericImport.ts'
import { v1SpectroClustersGet } from './v1SpectroClustersGet.ts'
import { v1SpectroClustersK8Certificate } from './v1SpectroClustersK8Certificate.ts'
import { v1SpectroClustersPatchProfiles } from './v1SpectroClustersPatchProfiles.ts'
import { v1SpectroClustersSearchFilterSummary } from './v1SpectroClustersSearchFilterSummary.ts'
import { v1SpectroClustersSearchSchema } from './v1SpectroClustersSearchSchema.ts'
import { v1SpectroClustersSummaryUid } from './v1SpectroClustersSummaryUid.ts'
import { v1SpectroClustersSummaryUidOverview } from './v1SpectroClustersSummaryUidOverview.ts'
import { v1SpectroClustersTagsGet } from './v1SpectroClustersTagsGet.ts'
import { v1SpectroClustersUidAdminKubeConfig } from './v1SpectroClustersUidAdminKubeConfig.ts'
import { v1SpectroClustersUidClusterMetaAttributeUpdate } from './v1SpectroClustersUidClusterMetaAttributeUpdate.ts'
import { v1SpectroClustersUidConfigNamespacesGet } from './v1SpectroClustersUidConfigNamespacesGet.ts'
import { v1SpectroClustersUidConfigNamespacesUpdate } from './v1SpectroClustersUidConfigNamespacesUpdate.ts'
import { v1SpectroClustersUidConfigRbacsGet } from './v1SpectroClustersUidConfigRbacsGet.ts'
import { v1SpectroClustersUidConfigRbacsUpdate } from './v1SpectroClustersUidConfigRbacsUpdate.ts'
import { v1SpectroClustersUidImportManifest } from './v1SpectroClustersUidImportManifest.ts'
import { v1SpectroClustersUidImportUpgradePatch } from './v1SpectroClustersUidImportUpgradePatch.ts'
import { v1SpectroClustersUidKubeConfig } from './v1SpectroClustersUidKubeConfig.ts'
import { v1SpectroClustersUidKubeConfigClientGet } from './v1SpectroClustersUidKubeConfigClientGet.ts'
import { v1SpectroClustersUidLocationPut } from './v1SpectroClustersUidLocationPut.ts'
import { v1SpectroClustersUidMetadataUpdate } from './v1SpectroClustersUidMetadataUpdate.ts'
import { v1SpectroClustersUidOsPatchUpdate } from './v1SpectroClustersUidOsPatchUpdate.ts'
import { v1SpectroClustersUidPacksResolvedValuesGet } from './v1SpectroClustersUidPacksResolvedValuesGet.ts'
import { v1SpectroClustersUidRepaveApproveUpdate } from './v1SpectroClustersUidRepaveApproveUpdate.ts'
import { v1SpectroClustersUidRepaveGet } from './v1SpectroClustersUidRepaveGet.ts'
import { v1SpectroClustersUidStatus } from './v1SpectroClustersUidStatus.ts'
import { v1SpectroClustersUidStatusSpcApplyGet } from './v1SpectroClustersUidStatusSpcApplyGet.ts'
import { v1SpectroClustersUidTimezoneUpdate } from './v1SpectroClustersUidTimezoneUpdate.ts'
import { v1SpectroClustersUidUpgradeSettings } from './v1SpectroClustersUidUpgradeSettings.ts'
import { v1SpectroClustersUidValidatePacks } from './v1SpectroClustersUidValidatePacks.ts'
import { v1SpectroClustersUidValidateRepave } from './v1SpectroClustersUidValidateRepave.ts'
import { v1SpectroClustersUidVariablesGet } from './v1SpectroClustersUidVariablesGet.ts'
import { v1SpectroClustersUidVariablesPatch } from './v1SpectroClustersUidVariablesPatch.ts'
import { v1SpectroClustersUpdateProfiles } from './v1SpectroClustersUpdateProfiles.ts'
import { v1SpectroClustersValidateName } from './v1SpectroClustersValidateName.ts'
import { v1SpectroClustersValidatePacks } from './v1SpectroClustersValidatePacks.ts'

export const clustersOperations: RegisteredOperation[] = [
  V1HostClusterConfigUpdate,
  v1ClusterFeatureBackupCreate,
  v1ClusterFeatureBackupGet,
  v1ClusterFeatureBackupUpdate,
  v1ClusterFeatureComplianceScanCreate,
  v1ClusterFeatureComplianceScanGet,
  v1ClusterFeatureComplianceScanUpdate,
  v1EventsComponentsObjTypeUidList,
  v1SpectroClustersAwsImport,
  v1SpectroClustersAzureImport,
  v1SpectroClustersCloudStackImport,
  v1SpectroClustersCertificatesRenew,
  v1SpectroClustersCustomCreate,
  v1SpectroClustersDelete,
  v1SpectroClustersDeleteProfiles,
  v1SpectroClustersGcpImport,
  v1SpectroClustersGenericImport,
  v1SpectroClustersGet,
  v1SpectroClustersK8Certificate,
  v1SpectroClustersPatchProfiles,
  v1SpectroClustersSearchFilterSummary,
  v1SpectroClustersSearchSchema,
  v1SpectroClustersSummaryUid,
  v1SpectroClustersSummaryUidOverview,
  v1SpectroClustersUidAdminKubeConfig,
  v1SpectroClustersUidClusterMetaAttributeUpdate,
  v1SpectroClustersUidConfigNamespacesGet,
  v1SpectroClustersUidConfigNamespacesUpdate,
  v1SpectroClustersUidConfigRbacsGet,
  v1SpectroClustersUidConfigRbacsUpdate,
  v1SpectroClustersUidImportManifest,
  v1SpectroClustersUidImportUpgradePatch,
  v1SpectroClustersUidKubeConfig,
  v1SpectroClustersUidKubeConfigClientGet,
  v1SpectroClustersUidLocationPut,
  v1SpectroClustersUidMetadataUpdate,
  v1SpectroClustersUidOsPatchUpdate,
  v1SpectroClustersUidPacksResolvedValuesGet,
  v1SpectroClustersUidRepaveApproveUpdate,
  v1SpectroClustersUidRepaveGet,
  v1SpectroClustersUidStatus,
  v1SpectroClustersUidStatusSpcApplyGet,
  v1SpectroClustersUidTimezoneUpdate,
  v1SpectroClustersUidUpgradeSettings,
  v1SpectroClustersUidValidatePacks,
  v1SpectroClustersUidValidateRepave,
  v1SpectroClustersUidVariablesGet,
  v1SpectroClustersUidVariablesPatch,
  v1SpectroClustersUpdateProfiles,
  v1SpectroClustersValidateName,
  v1SpectroClustersValidatePacks,
  v1SpectroClustersTagsGet,
]
