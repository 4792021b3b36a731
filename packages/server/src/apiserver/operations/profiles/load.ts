import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import { compareVersions, isVersion } from '@atrium/pack/format/version.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { invalid } from '../../invalid.ts'

type Profile = StoredObject<'ClusterProfile'>

/** The profile, or `ResourceNotFound`: also for what is no uid at all, because clients look up by name this way. */
export async function getProfile(tx: Tx, uid: string): Promise<Profile> {
  const profile = await tx.get('ClusterProfile', uid)
  if (profile) return profile
  throw notFound(uid)
}

export async function lockProfile(tx: Tx, uid: string): Promise<Profile> {
  const profile = await tx.getForUpdate('ClusterProfile', uid)
  if (profile) return profile
  throw notFound(uid)
}

const notFound = (uid: string): AtriumError =>
  new AtriumError(
    'ResourceNotFound',
    `Cluster profile '${uid}' is not found. Check the uid, and the project it belongs to.`,
  )

/** Every version under the profile's name in its scope, oldest first. */
export async function lineageOf(tx: Tx, { meta }: Profile): Promise<{ uid: string; version: string }[]> {
  const { items } = await tx.listNames('ClusterProfile', { project: meta.project, where: { name: meta.name } })
  return items
    .map(({ uid, columns }) => ({ uid, version: columns['version'] ?? '' }))
    .sort((a, b) => compareVersions(a.version, b.version))
}

/** Clusters that use the profile, as far as the caller sees them. */
export async function usersOf(tx: Tx, uid: string): Promise<{ uid: string; name: string }[]> {
  const referrers = await tx.referrers({ kind: 'ClusterProfile', uid })
  return referrers.filter(({ from }) => from.kind === 'Cluster').map(({ from, name }) => ({ uid: from.uid, name }))
}

export function layerOf({ spec, meta }: Profile, name: string): ProfileLayer {
  const layer = spec.layers.find((one) => one.name === name)
  if (layer) return layer
  throw new AtriumError('ResourceNotFound', `Profile '${meta.name}' ${spec.version} has no layer '${name}'.`)
}

/** Version of a profile; 1.0.0 unless given. */
export function parseVersion(given: string | undefined, field: string): string {
  const version = given?.trim() || '1.0.0'
  if (isVersion(version) && version.length <= 64) return version
  throw invalid(field, `'${version}' is no version. Write it like 1.2.3`)
}
