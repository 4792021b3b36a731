import type { v1ClusterTemplateRef, v1SpectroClusterProfileEntity } from '@atrium/api/generated/operations.d.ts'
import type { AttachedProfile, ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { TemplateProfile, TemplateVariable } from '@atrium/api/kinds/cluster-template.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { invalid } from '../../invalid.ts'
import { changeProfiles } from '../clusters/profiles.ts'
import type { Template } from './load.ts'
import { fitsCloud } from './parse.ts'

type Input = v1SpectroClusterProfileEntity
export type TemplateMark = NonNullable<ClusterSpec['template']>

/** The profiles of a new cluster: its own, or those of its template with the values that the cluster gives to their variables. */
export async function newClusterProfiles(
  tx: Tx,
  cloudType: string,
  {
    clusterTemplate,
    profiles,
  }: { clusterTemplate?: v1ClusterTemplateRef | undefined; profiles?: Input[] | null | undefined },
): Promise<{ inputs: Input[]; template: TemplateMark | undefined }> {
  const given = profiles ?? []
  const uid = clusterTemplate?.uid
  if (!uid) return { inputs: given, template: undefined }
  const found = await tx.get('ClusterTemplate', uid)
  if (!found) throw invalid('spec.clusterTemplate.uid', `there is no cluster template '${uid}'`)
  const { spec, meta } = found
  if (!fitsCloud(spec.cloudType, cloudType))
    throw invalid(
      'spec.clusterTemplate.uid',
      `template '${meta.name}' is for cloud '${spec.cloudType}', the cluster is on '${cloudType}'`,
    )
  for (const [index, input] of given.entries()) checkInput(found, input, `spec.profiles[${index}]`)
  const inputs = spec.profiles.map((profile) => ({
    uid: profile.uid,
    variables: [...valuesOf(profile), ...(given.find((one) => one.uid === profile.uid)?.variables ?? [])],
  }))
  return { inputs, template: markOf(found) }
}

/** Packs are as the template has them, and so are values that it gives to all its clusters. */
function checkInput({ meta, spec }: Template, { uid, packValues, variables }: Input, field: string): void {
  const profile = spec.profiles.find((one) => one.uid === uid)
  if (!profile) throw invalid(`${field}.uid`, `template '${meta.name}' has no profile '${uid ?? ''}'`)
  if (packValues?.length) throw invalid(`${field}.packValues`, `packs are as template '${meta.name}' has them`)
  const fixed = valuesOf(profile)
  for (const { name, value } of variables ?? []) {
    const of = fixed.find((one) => one.name === name)
    if (of && of.value !== value)
      throw invalid(`${field}.variables`, `template '${meta.name}' gives '${name}' to all its clusters`)
  }
}

/** Values for every cluster of the template. */
const valuesOf = ({ variables }: TemplateProfile): { name: string; value: string }[] =>
  (variables ?? []).flatMap((variable) => (isForAll(variable) ? [{ name: variable.name, value: variable.value }] : []))

/** Whether every cluster of the template has the same value. */
export const isForAll = (variable: TemplateVariable): variable is TemplateVariable & { value: string } =>
  variable.value !== undefined && variable.assignStrategy !== 'cluster'

const markOf = ({ meta, spec }: Template): TemplateMark => ({
  uid: meta.uid,
  profileUids: spec.profiles.map(({ uid }) => uid),
})

/** What clusters attach to be as the template says. */
export const templateInputs = ({ spec }: Template): Input[] =>
  spec.profiles.map((profile) => ({ uid: profile.uid, variables: valuesOf(profile) }))

/**
 * The cluster as its template says. Profiles that came with the template and are not in it any more are detached; what was
 * attached besides stays, and so do the cluster's own values.
 */
export function withTemplate(spec: ClusterSpec, template: Template, attached: readonly AttachedProfile[]): ClusterSpec {
  const stays = new Set(attached.flatMap(({ uid, name }) => [uid, name]))
  const former = new Set(spec.template?.profileUids)
  const kept = spec.profiles.filter(({ uid, name }) => !former.has(uid) || stays.has(uid) || stays.has(name))
  const changes = attached.map((profile) => ({ profile, replaces: undefined }))
  return { ...spec, profiles: changeProfiles(kept, changes), template: markOf(template) }
}

/** Whether a cluster has the profiles and values of its template. */
export const isApplied = ({ spec }: Template, cluster: ClusterSpec): boolean =>
  spec.profiles.every((profile) => {
    const attached = cluster.profiles.find(({ uid }) => uid === profile.uid)
    return attached && valuesOf(profile).every(({ name, value }) => attached.variableValues[name] === value)
  })
