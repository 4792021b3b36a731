import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { invalid } from '../../invalid.ts'
import { getOne, lockOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'
import type { AttachContext } from '../clusters/attach-checks.ts'
import { loadProfiles, lockCluster, saveCluster } from '../clusters/load.ts'
import { templateInputs, withTemplate } from './apply.ts'

/** At once, whatever the maintenance policy says. Each cluster by itself: one that cannot follow keeps no other back. */
export const V1SpectroClustersTemplatesUidClustersUpgrade = defineOperation(
  'V1SpectroClustersTemplatesUidClustersUpgrade',
  {
    scope: 'object',
    permission: 'clusterTemplate.update',
    async handler({ subject, params, body }, context) {
      const wanted = body.clusterUids ?? []
      const clusters = await context.admission.run(subject, (tx) => readClusters(tx, params.uid, wanted))
      const failed: { uid: string; name: string; message: string }[] = []
      for (const { uid, name } of clusters) {
        try {
          await context.admission.run(subject, (tx) => upgrade(tx, params.uid, uid, context))
        } catch (error) {
          if (!(error instanceof AtriumError) || error.code === 'InternalError') throw error
          failed.push({ uid, name, message: error.message })
        }
      }
      const [first] = failed
      if (!first) return
      throw new AtriumError(
        'InvalidState',
        `${failed.length} of ${clusters.length} clusters were not upgraded, the first is '${first.name}': ${first.message}`,
        { details: { clusters: failed } },
      )
    },
  },
)

/** The clusters to upgrade: those asked for, or all of the template; not those that are being deleted. */
async function readClusters(tx: Tx, uid: string, wanted: readonly string[]): Promise<{ uid: string; name: string }[]> {
  await lockOne(tx, 'ClusterTemplate', uid)
  const { items } = await tx.listBrief('Cluster', { where: { templateUid: uid }, limit: 0 })
  const stray = wanted.findIndex((one) => !items.some(({ meta }) => meta.uid === one))
  if (stray >= 0) throw invalid(`clusterUids[${stray}]`, `'${wanted[stray]}' is no cluster of this template`)
  return items
    .map(({ meta }) => meta)
    .filter((meta) => meta.deletedAt === null && (wanted.length === 0 || wanted.includes(meta.uid)))
}

async function upgrade(tx: Tx, templateUid: string, uid: string, context: AttachContext): Promise<void> {
  const template = await getOne(tx, 'ClusterTemplate', templateUid)
  const cluster = await lockCluster(tx, uid)
  const attached = await loadProfiles(tx, cluster.spec.cloudType, templateInputs(template), 'profiles')
  const spec = withTemplate(cluster.spec, template, attached)
  if (!sameJson(spec, cluster.spec)) await saveCluster(tx, cluster, spec, context)
}
