import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { ClusterProfileSpec } from '@atrium/api/kinds/cluster-profile.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { forbidden } from '../../../admission/authorize.ts'
import { canOn, type Subject } from '../../../auth/rights/subject.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { parseNote, withNote } from '../../http/note.ts'
import { defineOperation } from '../../operation.ts'
import { packLayers, rollbackObstacles } from '../../revisions/rollback.ts'
import { lockCluster, saveCluster } from '../clusters/load.ts'
import { checkVersionChange } from '../clusters/version-change.ts'
import { mustBeUnchanged, planCluster, refuseProblems } from './plan-cluster.ts'

/** Writes the spec of a former revision as a new one, and answers what that changes. A dry run stores nothing. */
export const atriumClustersRollback = defineOperation('atriumClustersRollback', {
  scope: 'object',
  permission: 'cluster.update',
  async handler({ subject: caller, params: { uid }, body }, context) {
    const subject = withNote(caller, parseNote(body.note, 'note'))
    const { cluster, former, machines } = await context.admission.run(subject, async (tx) => ({
      ...(await readRollback(tx, subject, uid, body.to)),
      machines: (await tx.list('Machine', { where: { clusterUid: uid } })).items,
    }))
    const plan = await planCluster(context, cluster, former, machines)
    if (body.dryRun) return plan
    refuseProblems(plan)
    await context.admission.run(subject, async (tx) => {
      const present = await readRollback(tx, subject, uid, body.to)
      mustBeUnchanged(cluster, present.cluster)
      await saveCluster(tx, present.cluster, present.former, context)
    })
    return plan
  },
})

/** The cluster, held, and the spec it had as revision `to`; throws when that cannot be brought back. */
async function readRollback(
  tx: Tx,
  subject: Subject,
  uid: string,
  to: number,
): Promise<{ cluster: StoredObject<'Cluster'>; former: ClusterSpec }> {
  const cluster = await lockCluster(tx, uid)
  const [revision] = await tx.revisions('Cluster', uid, { limit: 1, before: to + 1 })
  if (revision?.generation !== to) {
    throw invalid(
      `revision ${to} is not kept. The present one is ${cluster.meta.generation}; twenty before it are kept`,
    )
  }
  const former = withPresentCare(revision.spec, cluster.spec)
  if (sameJson(former, cluster.spec)) throw invalid(`revision ${to} is what the cluster declares already`)
  mustBeAllowed(subject, cluster, former)
  checkVersionChange(cluster, former)
  const [profiles, gone] = [await existingProfiles(tx, former), await gonePacks(tx, cluster.spec, former)]
  const obstacles = rollbackObstacles(cluster.spec, former, profiles, gone)
  if (obstacles.length === 0) return { cluster, former }
  throw new AtriumError('InvalidState', `Revision ${to} cannot be brought back: ${obstacles[0]}`, {
    details: { obstacles },
  })
}

/** Which nodes are in maintenance, and when certificates were renewed, is no matter of then. */
function withPresentCare(
  { maintenance: _maintenance, certificatesSince: _since, ...then }: ClusterSpec,
  { maintenance, certificatesSince }: ClusterSpec,
): ClusterSpec {
  return { ...then, ...(maintenance && { maintenance }), ...(certificatesSince && { certificatesSince }) }
}

/** Settings of cloud and pools are guarded apart from the cluster. */
function mustBeAllowed(subject: Subject, { meta, spec }: StoredObject<'Cluster'>, former: ClusterSpec): void {
  const [now, then] = [spec, former].map(({ cloudConfig, machinePools }) => ({ cloudConfig, machinePools }))
  if (sameJson(now, then) || canOn(subject, 'cloudconfig.update', meta)) return
  throw forbidden('cloudconfig.update')
}

async function existingProfiles(tx: Tx, { profiles }: ClusterSpec): Promise<Map<string, ClusterProfileSpec>> {
  const found = new Map<string, ClusterProfileSpec>()
  for (const { uid } of profiles) {
    const profile = await tx.get('ClusterProfile', uid)
    if (profile) found.set(uid, profile.spec)
  }
  return found
}

/** Packs of the former spec that are not there, or are about to go. */
async function gonePacks(tx: Tx, present: ClusterSpec, former: ClusterSpec): Promise<Set<string>> {
  const held = new Set(packLayers(present).map(({ packUid }) => packUid))
  const wanted = new Set(packLayers(former).map(({ packUid }) => packUid))
  const catalogue = new Catalogue(tx)
  const gone = new Set<string>()
  for (const uid of wanted) {
    if (held.has(uid)) continue
    const pack = await catalogue.pack(uid)
    if (pack === null || pack.meta.deletedAt !== null) gone.add(uid)
  }
  return gone
}

const invalid = (text: string): AtriumError =>
  new AtriumError('InvalidRequest', `to: ${text}.`, { details: { field: 'to' } })
