import { areUpgradesLocked } from '../../../auth/settings.ts'
import { getOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'

/** What the project of the header says, or else the tenant. */
export const v1SpectroClustersUpgradeSettingsGet = defineOperation('v1SpectroClustersUpgradeSettingsGet', {
  scope: 'self',
  permission: null,
  async handler({ subject, project }, context) {
    if (project !== null) await context.admission.run(subject, (tx) => getOne(tx, 'Project', project))
    return {
      spectroComponents: (await areUpgradesLocked(context.identity, subject.tenant, project)) ? 'lock' : 'unlock',
    }
  },
})
