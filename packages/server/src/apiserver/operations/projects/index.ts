import type { RegisteredOperation } from '../../operation.ts'
import { v1ProjectClusterSettingsGet } from './v1ProjectClusterSettingsGet.ts'
import { v1ProjectClustersNodesAutoRemediationSettingUpdate } from './v1ProjectClustersNodesAutoRemediationSettingUpdate.ts'
import { v1ProjectsAlerts } from './v1ProjectsAlerts.ts'
import { v1ProjectsCreate } from './v1ProjectsCreate.ts'
import { v1ProjectsFilterSummary } from './v1ProjectsFilterSummary.ts'
import { v1ProjectsMetadata } from './v1ProjectsMetadata.ts'
import { v1ProjectsUidAlertCreate } from './v1ProjectsUidAlertCreate.ts'
import { v1ProjectsUidAlertDelete } from './v1ProjectsUidAlertDelete.ts'
import { v1ProjectsUidAlertsUidDelete } from './v1ProjectsUidAlertsUidDelete.ts'
import { v1ProjectsUidAlertsUidGet } from './v1ProjectsUidAlertsUidGet.ts'
import { v1ProjectsUidAlertsUidUpdate } from './v1ProjectsUidAlertsUidUpdate.ts'
import { v1ProjectsUidAlertUpdate } from './v1ProjectsUidAlertUpdate.ts'
import { v1ProjectsUidDelete } from './v1ProjectsUidDelete.ts'
import { v1ProjectsUidGet } from './v1ProjectsUidGet.ts'
import { v1ProjectsUidMetaUpdate } from './v1ProjectsUidMetaUpdate.ts'
import { v1ProjectsUidTeamsUpdate } from './v1ProjectsUidTeamsUpdate.ts'
import { v1ProjectsUidUpdate } from './v1ProjectsUidUpdate.ts'
import { v1ProjectsUidUsersUpdate } from './v1ProjectsUidUsersUpdate.ts'
import { v1ProjectsUidValidate } from './v1ProjectsUidValidate.ts'

export const projectsOperations: RegisteredOperation[] = [
  v1ProjectClusterSettingsGet,
  v1ProjectClustersNodesAutoRemediationSettingUpdate,
  v1ProjectsAlerts,
  v1ProjectsCreate,
  v1ProjectsFilterSummary,
  v1ProjectsMetadata,
  v1ProjectsUidAlertCreate,
  v1ProjectsUidAlertDelete,
  v1ProjectsUidAlertsUidDelete,
  v1ProjectsUidAlertsUidGet,
  v1ProjectsUidAlertsUidUpdate,
  v1ProjectsUidAlertUpdate,
  v1ProjectsUidDelete,
  v1ProjectsUidGet,
  v1ProjectsUidMetaUpdate,
  v1ProjectsUidTeamsUpdate,
  v1ProjectsUidUpdate,
  v1ProjectsUidUsersUpdate,
  v1ProjectsUidValidate,
]
