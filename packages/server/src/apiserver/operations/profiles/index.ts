import type { RegisteredOperation } from '../../operation.ts'
import { V1ClusterProfilesUidExport } from './V1ClusterProfilesUidExport.ts'
import { V1ClusterProfilesUidVariablesDelete } from './V1ClusterProfilesUidVariablesDelete.ts'
import { V1ClusterProfilesUidVariablesGet } from './V1ClusterProfilesUidVariablesGet.ts'
import { V1ClusterProfilesUidVariablesPatch } from './V1ClusterProfilesUidVariablesPatch.ts'
import { V1ClusterProfilesUidVariablesPut } from './V1ClusterProfilesUidVariablesPut.ts'
import { v1ClusterProfilesBulkDelete } from './v1ClusterProfilesBulkDelete.ts'
import { v1ClusterProfilesCreate } from './v1ClusterProfilesCreate.ts'
import { v1ClusterProfilesDelete } from './v1ClusterProfilesDelete.ts'
import { v1ClusterProfilesGet } from './v1ClusterProfilesGet.ts'
import { v1ClusterProfilesImport } from './v1ClusterProfilesImport.ts'
import { v1ClusterProfilesImportFile } from './v1ClusterProfilesImportFile.ts'
import { v1ClusterProfilesImportValidate } from './v1ClusterProfilesImportValidate.ts'
import { v1ClusterProfilesMetadata } from './v1ClusterProfilesMetadata.ts'
import { v1ClusterProfilesPublish } from './v1ClusterProfilesPublish.ts'
import { v1ClusterProfilesUidClone } from './v1ClusterProfilesUidClone.ts'
import { v1ClusterProfilesUidMetadataUpdate } from './v1ClusterProfilesUidMetadataUpdate.ts'
import { v1ClusterProfilesUidPacksGet } from './v1ClusterProfilesUidPacksGet.ts'
import { v1ClusterProfilesUidPacksResolvedValuesGet } from './v1ClusterProfilesUidPacksResolvedValuesGet.ts'
import { v1ClusterProfilesUidPacksUidManifests } from './v1ClusterProfilesUidPacksUidManifests.ts'
import { v1ClusterProfilesUidSummary } from './v1ClusterProfilesUidSummary.ts'
import { v1ClusterProfilesUidValidatePacks } from './v1ClusterProfilesUidValidatePacks.ts'
import { v1ClusterProfilesUpdate } from './v1ClusterProfilesUpdate.ts'
import { v1ClusterProfilesValidateNameVersion } from './v1ClusterProfilesValidateNameVersion.ts'
import { v1ClusterProfilesValidatePacks } from './v1ClusterProfilesValidatePacks.ts'
import { v1MacrosList } from './v1MacrosList.ts'

export const profilesOperations: RegisteredOperation[] = [
  V1ClusterProfilesUidExport,
  V1ClusterProfilesUidVariablesDelete,
  V1ClusterProfilesUidVariablesGet,
  V1ClusterProfilesUidVariablesPatch,
  V1ClusterProfilesUidVariablesPut,
  v1ClusterProfilesBulkDelete,
  v1ClusterProfilesCreate,
  v1ClusterProfilesDelete,
  v1ClusterProfilesGet,
  v1ClusterProfilesImport,
  v1ClusterProfilesImportFile,
  v1ClusterProfilesImportValidate,
  v1ClusterProfilesMetadata,
  v1ClusterProfilesPublish,
  v1ClusterProfilesUidClone,
  v1ClusterProfilesUidMetadataUpdate,
  v1ClusterProfilesUidPacksGet,
  v1ClusterProfilesUidPacksResolvedValuesGet,
  v1ClusterProfilesUidPacksUidManifests,
  v1ClusterProfilesUidSummary,
  v1ClusterProfilesUidValidatePacks,
  v1ClusterProfilesUpdate,
  v1ClusterProfilesValidateNameVersion,
  v1ClusterProfilesValidatePacks,
  v1MacrosList,
]
