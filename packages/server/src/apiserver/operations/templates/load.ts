import type { ClusterTemplateSpec } from '@atrium/api/kinds/cluster-template.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { lockOne } from '../../load.ts'

export type Template = StoredObject<'ClusterTemplate'>

/** What a template refers to: none of it can be deleted before the template. */
export const keepTemplateRefs = (tx: Tx, uid: string, { policies, profiles }: ClusterTemplateSpec): Promise<void> =>
  tx.setRefs(
    { kind: 'ClusterTemplate', uid },
    {
      policies: policies.map((policy) => ({ kind: 'MaintenancePolicy', uid: policy.uid })),
      profiles: profiles.map((profile) => ({ kind: 'ClusterProfile', uid: profile.uid })),
    },
  )

/** Changes the spec of a template; `change` gets what is there. Clusters follow with the next upgrade. */
export async function changeTemplate(
  tx: Tx,
  uid: string,
  change: (template: Template) => Promise<Partial<ClusterTemplateSpec>>,
): Promise<void> {
  const template = await lockOne(tx, 'ClusterTemplate', uid)
  const spec = { ...template.spec, ...(await change(template)) }
  await tx.update('ClusterTemplate', uid, { spec })
  await keepTemplateRefs(tx, uid, spec)
}

/** The clusters that were made of a template, as far as the caller sees them. */
export const clustersOf = async (tx: Tx, templateUid: string): Promise<StoredObject<'Cluster'>[]> =>
  (await tx.list('Cluster', { where: { templateUid }, limit: 0 })).items
