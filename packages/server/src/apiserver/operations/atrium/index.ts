import type { RegisteredOperation } from '../../operation.ts'
import { atriumClustersDeviationsList } from './atriumClustersDeviationsList.ts'
import { atriumClustersExplain } from './atriumClustersExplain.ts'
import { atriumClustersPlan } from './atriumClustersPlan.ts'
import { atriumClustersPolicyGet } from './atriumClustersPolicyGet.ts'
import { atriumClustersPolicyUpdate } from './atriumClustersPolicyUpdate.ts'
import { atriumClustersProfilesUpdate } from './atriumClustersProfilesUpdate.ts'
import { atriumClustersRevisionsGet } from './atriumClustersRevisionsGet.ts'
import { atriumClustersRevisionsList } from './atriumClustersRevisionsList.ts'
import { atriumClustersRollback } from './atriumClustersRollback.ts'
import { atriumPermissionsExplain } from './atriumPermissionsExplain.ts'
import { atriumProfilesContentAccept } from './atriumProfilesContentAccept.ts'
import { atriumProfilesPackPresets } from './atriumProfilesPackPresets.ts'
import { atriumProfilesPackUpgrade } from './atriumProfilesPackUpgrade.ts'
import { atriumProfilesRevisionsGet } from './atriumProfilesRevisionsGet.ts'
import { atriumProfilesRevisionsList } from './atriumProfilesRevisionsList.ts'
import { atriumRegistriesGet } from './atriumRegistriesGet.ts'
import { atriumRegistriesHookCreate } from './atriumRegistriesHookCreate.ts'
import { atriumRegistriesPushed } from './atriumRegistriesPushed.ts'
import { atriumRegistriesSettingsUpdate } from './atriumRegistriesSettingsUpdate.ts'
import { atriumRegistryToken } from './atriumRegistryToken.ts'
import { atriumUsersPasswordSet } from './atriumUsersPasswordSet.ts'
import { atriumWatch } from './atriumWatch.ts'

export const atriumOperations: RegisteredOperation[] = [
  atriumClustersDeviationsList,
  atriumClustersExplain,
  atriumClustersPlan,
  atriumClustersPolicyGet,
  atriumClustersPolicyUpdate,
  atriumClustersProfilesUpdate,
  atriumClustersRevisionsGet,
  atriumClustersRevisionsList,
  atriumClustersRollback,
  atriumPermissionsExplain,
  atriumProfilesContentAccept,
  atriumProfilesPackPresets,
  atriumProfilesPackUpgrade,
  atriumProfilesRevisionsGet,
  atriumProfilesRevisionsList,
  atriumRegistriesGet,
  atriumRegistriesHookCreate,
  atriumRegistriesPushed,
  atriumRegistriesSettingsUpdate,
  atriumRegistryToken,
  atriumUsersPasswordSet,
  atriumWatch,
]
