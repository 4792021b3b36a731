import type { v1ClusterTemplateProfilesVariablesBatchEntity } from '@atrium/api/generated/operations.d.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { clusterMarks, readSealed } from '../../../content/sealed-variables.ts'
import { invalid } from '../../invalid.ts'
import { lockOne } from '../../load.ts'
import { defineOperation } from '../../operation.ts'
import type { AttachContext } from '../clusters/attach-checks.ts'
import { lockCluster, saveCluster } from '../clusters/load.ts'
import { updateVariables } from '../clusters/variables.ts'
import { isForAll } from './apply.ts'
import type { Template } from './load.ts'

/** Gives clusters of the template values of their own; the template's values stay. */
export const V1ClusterTemplatesUidProfilesVariablesPatch = defineOperation(
  'V1ClusterTemplatesUidProfilesVariablesPatch',
  {
    scope: 'object',
    permission: 'clusterTemplate.update',
    handler: ({ subject, params, body }, context) =>
      context.admission.run(subject, async (tx) => {
        const template = await lockOne(tx, 'ClusterTemplate', params.uid)
        const values = Map.groupBy(clusterValues(template, body), ({ cluster }) => cluster)
        for (const [cluster, given] of values) await giveValues(tx, template, cluster, given, context)
      }),
  },
)

interface ClusterValue {
  cluster: string
  profileUid: string
  name: string
  value: string | undefined
  field: string
}

function clusterValues(
  { spec }: Template,
  { profiles }: v1ClusterTemplateProfilesVariablesBatchEntity,
): ClusterValue[] {
  return (profiles ?? []).flatMap(({ uid, variables }, index) => {
    const profile = spec.profiles.find((one) => one.uid === uid)
    if (!profile) throw invalid(`profiles[${index}].uid`, `the template has no profile '${uid}'`)
    return (variables ?? []).flatMap(({ name, clusters }, place) => {
      const field = `profiles[${index}].variables[${place}]`
      const known = profile.variables?.find((one) => one.name === name)
      if (!known) throw invalid(`${field}.name`, `the template gives no variable '${name}'`)
      if (isForAll(known) && clusters?.length)
        throw invalid(`${field}.clusters`, `'${name}' has one value for all clusters`)
      return (clusters ?? []).map((one) => ({
        ...{ cluster: one.uid ?? '', profileUid: uid, name, value: one.value },
        field: `${field}.clusters`,
      }))
    })
  })
}

async function giveValues(
  tx: Tx,
  { meta }: Template,
  uid: string,
  given: readonly ClusterValue[],
  context: AttachContext,
): Promise<void> {
  const found = uid ? await tx.get('Cluster', uid) : null
  if (found?.spec.template?.uid !== meta.uid)
    throw invalid(given[0]?.field ?? 'profiles', `'${uid}' is no cluster of this template`)
  const cluster = await lockCluster(tx, uid)
  const before = cluster.spec.profiles
  const sealed = await readSealed(tx, [{ kind: 'Cluster', uid }], clusterMarks(before))
  const updates = given.map(({ profileUid, name, value }) => ({ profileUid, variables: [{ name, value }] }))
  await saveCluster(tx, cluster, { ...cluster.spec, profiles: updateVariables(before, updates, sealed) }, context)
}
