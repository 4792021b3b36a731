import type { v1ClusterTemplateProfile, v1PolicyRef } from '@atrium/api/generated/operations.d.ts'
import type { ClusterTemplateSpec, TemplateProfile, TemplateVariable } from '@atrium/api/kinds/cluster-template.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { capped, invalid } from '../../invalid.ts'

const limits = { profiles: 100, policies: 1, variables: 500 } as const
/** Of templates, profiles and clusters: any. */
const anyCloud = 'all'

/** Whether something for cloud `one` goes together with something for cloud `other`. */
export const fitsCloud = (one: string, other: string): boolean =>
  one === other || one === anyCloud || other === anyCloud

/** The policies of a template; each must be there. */
export async function readPolicies(
  tx: Tx,
  given: readonly v1PolicyRef[] | null | undefined,
  at: string,
): Promise<ClusterTemplateSpec['policies']> {
  const policies: ClusterTemplateSpec['policies'] = []
  for (const [index, { uid = '', kind }] of capped(given, limits.policies, `${at}policies`).entries()) {
    const found = uid ? await tx.get('MaintenancePolicy', uid) : null
    if (!found) throw invalid(`${at}policies[${index}].uid`, `there is no policy '${uid}'`)
    policies.push({ uid, ...(kind && { kind }) })
  }
  return policies
}

/** The profiles of a template; each must be there, be for its cloud, and have the variables that get values. */
export async function readProfiles(
  tx: Tx,
  given: readonly v1ClusterTemplateProfile[] | null | undefined,
  cloudType: string,
  at: string,
): Promise<TemplateProfile[]> {
  const profiles: TemplateProfile[] = []
  for (const [index, { uid = '', variables }] of capped(given, limits.profiles, `${at}profiles`).entries()) {
    const field = `${at}profiles[${index}]`
    const profile = uid ? await tx.get('ClusterProfile', uid) : null
    if (!profile) throw invalid(`${field}.uid`, `there is no cluster profile '${uid}'`)
    if (profiles.some((one) => one.uid === uid)) throw invalid(`${field}.uid`, 'is there twice')
    const { name } = profile.meta
    const { cloudType: own } = profile.spec
    if (!fitsCloud(own, cloudType))
      throw invalid(`${field}.uid`, `profile '${name}' is for cloud '${own}', the template for '${cloudType}'`)
    const read = capped(variables, limits.variables, `${field}.variables`).map((variable, place) =>
      readVariable(profile, variable, `${field}.variables[${place}]`),
    )
    profiles.push({ uid, ...(read.length > 0 && { variables: read }) })
  }
  return profiles
}

function readVariable(
  { meta, spec }: StoredObject<'ClusterProfile'>,
  { name = '', value, assignStrategy, clusters }: NonNullable<v1ClusterTemplateProfile['variables']>[number],
  field: string,
): TemplateVariable {
  const known = spec.variables.find((one) => one.name === name)
  if (!known) throw invalid(`${field}.name`, `profile '${meta.name}' has no variable '${name}'`)
  // A template is read by everybody who may see it.
  if (known.isSensitive && value) throw invalid(`${field}.value`, `'${name}' is sensitive: give it to each cluster`)
  if (clusters?.length) throw invalid(`${field}.clusters`, 'values of single clusters belong to those clusters')
  return { name, ...(value && { value }), ...(assignStrategy && { assignStrategy }) }
}
