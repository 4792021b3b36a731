import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { mustHold } from '../../../admission/authorize.ts'
import { defineOperation } from '../../operation.ts'
import { keepLink, newImport } from './import-link.ts'
import { lockCluster, saveCluster } from './load.ts'

/** A cluster that was only watched may be changed from now on; its link is a new one, whose manifest brings the rights. */
export const v1SpectroClustersUidImportUpgradePatch = defineOperation('v1SpectroClustersUidImportUpgradePatch', {
  scope: 'object',
  permission: 'cluster.import',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const cluster = await lockCluster(tx, params.uid)
      mustHold(subject, 'cluster.import', cluster.meta)
      if (!cluster.spec.import)
        throw new AtriumError('InvalidState', `Cluster '${cluster.meta.name}' was made here, and not imported.`)
      await saveCluster(tx, cluster, { ...cluster.spec, import: newImport('full', context.clock) }, context)
      await keepLink(tx, subject.tenant, params.uid, context.random)
    }),
})
