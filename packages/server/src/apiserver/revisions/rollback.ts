import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { ClusterProfileSpec, ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import { clusterMarks, defaultMarks } from '../../content/sealed-variables.ts'

type Profiles = ReadonlyMap<string, Pick<ClusterProfileSpec, 'variables'>>

/**
 * Why a former spec cannot be brought back onto what is declared now; none = it can. `profiles` are those of the former
 * spec that still exist, by uid; `gonePacks` are uids of its packs that do not. Pure.
 */
export const rollbackObstacles = (
  present: ClusterSpec,
  former: ClusterSpec,
  profiles: Profiles,
  gonePacks: ReadonlySet<string> = new Set(),
): string[] => [
  ...immutableFields(present, former),
  ...missingProfiles(former, profiles),
  ...missingPacks(former, gonePacks),
  ...lostSecrets(present, former, profiles),
]

/** Layers of packs, of all profiles of a cluster. */
export const packLayers = ({ profiles }: ClusterSpec): ProfileLayer[] =>
  profiles.flatMap(({ layers }) => layers).filter(({ type }) => type !== 'manifest')

const missingPacks = (former: ClusterSpec, gone: ReadonlySet<string>): string[] =>
  packLayers(former)
    .filter(({ packUid }) => gone.has(packUid))
    .map(
      ({ name, version }) =>
        `layers[${name}]: its pack, version ${version}, is not kept any more: its registry does not offer it, and nothing used it.`,
    )

function immutableFields(present: ClusterSpec, former: ClusterSpec): string[] {
  const fields = ['cloudType', 'cloudAccountUid', 'cloudConfigUid'] as const
  const changed = fields
    .filter((field) => present[field] !== former[field])
    .map((field) => `${field}: it was '${former[field]}' and is '${present[field]}' now. It cannot be changed back.`)
  const [now, then] = [present, former].map(
    ({ machinePools }) => machinePools.find((pool) => pool.isControlPlane)?.name,
  )
  if (now === then) return changed
  return [...changed, `machinePools: the control-plane pool was '${then}' and is '${now}' now. It cannot be exchanged.`]
}

const missingProfiles = ({ profiles: attached }: ClusterSpec, profiles: Profiles): string[] =>
  attached
    .filter(({ uid }) => !profiles.has(uid))
    .map(
      ({ name, version, uid }) =>
        `profiles[${name}]: profile '${name}' ${version} (${uid}) no longer exists. Create it again and attach it.`,
    )

/** Values of sensitive variables are kept only while a spec in force names them, here or in the profile they come from. */
function lostSecrets(present: ClusterSpec, former: ClusterSpec, profiles: Profiles): string[] {
  const kept = new Set(clusterMarks(present.profiles))
  return former.profiles.flatMap(({ uid, name, variables, sealedValues = {} }) => {
    const defaults = new Set(defaultMarks(profiles.get(uid)?.variables ?? []))
    const values = Object.entries(sealedValues).filter(([, mark]) => !kept.has(mark))
    const lost = variables.filter(
      ({ sealedDefault: mark }) => mark !== undefined && !kept.has(mark) && !defaults.has(mark),
    )
    return [...values.map(([variable]) => variable), ...lost.map((variable) => variable.name)].map(
      (variable) =>
        `profiles[${name}].variableValues.${variable}: the sensitive value of then is not kept any more. ` +
        `Attach the profile anew with a value for it.`,
    )
  })
}
