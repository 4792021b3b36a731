import { defineOperation } from '../../operation.ts'
import { alertComponents } from './alerts.ts'

export const v1ProjectsAlerts = defineOperation('v1ProjectsAlerts', {
  scope: 'self',
  permission: null,
  handler: async () => ({ components: alertComponents }),
})
