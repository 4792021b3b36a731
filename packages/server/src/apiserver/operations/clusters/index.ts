import type { RegisteredOperation } from '../../operation.ts'
import { v1ClusterFeatureBackupGet } from './v1ClusterFeatureBackupGet.ts'
import { v1ClusterFeatureComplianceScanGet } from './v1ClusterFeatureComplianceScanGet.ts'
import { v1EventsComponentsObjTypeUidList } from './v1EventsComponentsObjTypeUidList.ts'
import { v1SpectroClustersCustomCreate } from './v1SpectroClustersCustomCreate.ts'
import { v1SpectroClustersDelete } from './v1SpectroClustersDelete.ts'
import { v1SpectroClustersDeleteProfiles } from './v1SpectroClustersDeleteProfiles.ts'
import { v1SpectroClustersGet } from './v1SpectroClustersGet.ts'
import { v1SpectroClustersPatchProfiles } from './v1SpectroClustersPatchProfiles.ts'
import { v1SpectroClustersSearchFilterSummary } from './v1SpectroClustersSearchFilterSummary.ts'
import { v1SpectroClustersSearchSchema } from './v1SpectroClustersSearchSchema.ts'
import { v1SpectroClustersSummaryUidOverview } from './v1SpectroClustersSummaryUidOverview.ts'
import { v1SpectroClustersUidAdminKubeConfig } from './v1SpectroClustersUidAdminKubeConfig.ts'
import { v1SpectroClustersUidConfigNamespacesGet } from './v1SpectroClustersUidConfigNamespacesGet.ts'
import { v1SpectroClustersUidConfigRbacsGet } from './v1SpectroClustersUidConfigRbacsGet.ts'
import { v1SpectroClustersUidKubeConfig } from './v1SpectroClustersUidKubeConfig.ts'
import { v1SpectroClustersUidKubeConfigClientGet } from './v1SpectroClustersUidKubeConfigClientGet.ts'
import { v1SpectroClustersUidMetadataUpdate } from './v1SpectroClustersUidMetadataUpdate.ts'
import { v1SpectroClustersUidPacksResolvedValuesGet } from './v1SpectroClustersUidPacksResolvedValuesGet.ts'
import { v1SpectroClustersUidStatus } from './v1SpectroClustersUidStatus.ts'
import { v1SpectroClustersUidStatusSpcApplyGet } from './v1SpectroClustersUidStatusSpcApplyGet.ts'
import { v1SpectroClustersUidValidatePacks } from './v1SpectroClustersUidValidatePacks.ts'
import { v1SpectroClustersUidVariablesGet } from './v1SpectroClustersUidVariablesGet.ts'
import { v1SpectroClustersUidVariablesPatch } from './v1SpectroClustersUidVariablesPatch.ts'
import { v1SpectroClustersUpdateProfiles } from './v1SpectroClustersUpdateProfiles.ts'
import { v1SpectroClustersValidateName } from './v1SpectroClustersValidateName.ts'
import { v1SpectroClustersValidatePacks } from './v1SpectroClustersValidatePacks.ts'

export const clustersOperations: RegisteredOperation[] = [
  v1ClusterFeatureBackupGet,
  v1ClusterFeatureComplianceScanGet,
  v1EventsComponentsObjTypeUidList,
  v1SpectroClustersCustomCreate,
  v1SpectroClustersDelete,
  v1SpectroClustersDeleteProfiles,
  v1SpectroClustersGet,
  v1SpectroClustersPatchProfiles,
  v1SpectroClustersSearchFilterSummary,
  v1SpectroClustersSearchSchema,
  v1SpectroClustersSummaryUidOverview,
  v1SpectroClustersUidAdminKubeConfig,
  v1SpectroClustersUidConfigNamespacesGet,
  v1SpectroClustersUidConfigRbacsGet,
  v1SpectroClustersUidKubeConfig,
  v1SpectroClustersUidKubeConfigClientGet,
  v1SpectroClustersUidMetadataUpdate,
  v1SpectroClustersUidStatus,
  v1SpectroClustersUidStatusSpcApplyGet,
  v1SpectroClustersUidVariablesGet,
  v1SpectroClustersUidVariablesPatch,
  v1SpectroClustersUpdateProfiles,
  v1SpectroClustersUidPacksResolvedValuesGet,
  v1SpectroClustersUidValidatePacks,
  v1SpectroClustersValidateName,
  v1SpectroClustersValidatePacks,
]
