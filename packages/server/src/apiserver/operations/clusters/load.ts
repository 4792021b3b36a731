import type { v1SpectroClusterProfileEntity } from '@atrium/api/generated/operations.d.ts'
import type { AttachedProfile, ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { ObjectRef } from '@atrium/api/kinds/meta.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { NewObject, StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import {
  clusterMarks,
  defaultMarks,
  keepSealed,
  readSealed,
  type SealedValues,
  sealProfiles,
} from '../../../content/sealed-variables.ts'
import { capped } from '../../invalid.ts'
import { locationRefs } from '../assets/load.ts'
import { type AttachContext, checkAttached, checkVariableValues } from './attach-checks.ts'
import { type AttachableProfile, attachProfile } from './profiles.ts'
import { checkVersionChange } from './version-change.ts'

/** The cluster, or `ResourceNotFound`. */
export async function getCluster(tx: Tx, uid: string): Promise<StoredObject<'Cluster'>> {
  const cluster = await tx.get('Cluster', uid)
  if (cluster) return cluster
  throw new AtriumError(
    'ResourceNotFound',
    `Cluster '${uid}' is not found. Check the uid, and the project it belongs to.`,
  )
}

/** The cluster held until the transaction ends; one that is being deleted takes no changes. */
export async function lockCluster(tx: Tx, uid: string): Promise<StoredObject<'Cluster'>> {
  const cluster = await tx.getForUpdate('Cluster', uid)
  if (!cluster) throw new AtriumError('ResourceNotFound', `Cluster '${uid}' is not found.`)
  if (cluster.meta.deletedAt === null) return cluster
  throw new AtriumError('InvalidState', `Cluster '${cluster.meta.name}' is being deleted and takes no more changes.`)
}

/** Whoever changes a cluster is not kept waiting by looks at others that are due for less than that. */
const AHEAD_MS = 60_000

const mostProfiles = 100

/** Writes a changed spec together with the references and secrets it holds; refuses a Kubernetes version that it cannot go to. */
export async function saveCluster(
  tx: Tx,
  cluster: StoredObject<'Cluster'>,
  spec: ClusterSpec,
  context: AttachContext,
): Promise<void> {
  checkVersionChange(cluster, spec)
  await checkAttached(tx, cluster.spec, spec, context)
  const ref = { kind: 'Cluster', uid: cluster.meta.uid }
  const before = cluster.spec.profiles
  const values = await readSealed(tx, [ref], clusterMarks(before))
  checkVariableValues(spec.profiles, values, before)
  const { sealed: profiles, fresh } = sealProfiles(spec.profiles, before, values, context.random)
  await tx.update('Cluster', ref.uid, { spec: { ...spec, profiles } })
  await keepClusterSecrets(tx, ref, before, profiles, fresh)
  await tx.setRefs(ref, clusterRefs(spec))
  await tx.enqueue('Cluster', ref.uid, -AHEAD_MS)
}

/** A new cluster; values of sensitive variables become its secrets. Returns its uid. */
export async function createCluster(
  tx: Tx,
  object: Omit<NewObject<'Cluster'>, 'kind'>,
  context: AttachContext,
): Promise<string> {
  await checkAttached(tx, null, object.spec, context)
  checkVariableValues(object.spec.profiles, new Map(), null)
  const { sealed: profiles, fresh } = sealProfiles(object.spec.profiles, [], new Map(), context.random)
  const { meta } = await tx.create({ ...object, kind: 'Cluster', spec: { ...object.spec, profiles } })
  const ref = { kind: 'Cluster', uid: meta.uid }
  await keepClusterSecrets(tx, ref, [], profiles, fresh)
  const { template } = object.spec
  // It stays the same: whoever changes the cluster need not see it.
  const made = template ? [{ kind: 'ClusterTemplate', uid: template.uid }] : []
  await tx.setRefs(ref, { ...clusterRefs(object.spec), template: made })
  return meta.uid
}

/** Defaults are copied from the profiles they come from: editing a profile changes no cluster. */
async function keepClusterSecrets(
  tx: Tx,
  ref: ObjectRef,
  before: readonly AttachedProfile[],
  after: readonly AttachedProfile[],
  fresh: SealedValues,
): Promise<void> {
  const sources = new Map(
    after.flatMap(({ uid, variables }) =>
      defaultMarks(variables).map((mark) => [mark, { kind: 'ClusterProfile', uid }]),
    ),
  )
  const marks = { before: clusterMarks(before), after: clusterMarks(after) }
  await keepSealed(tx, ref, marks, { fresh, sourceOf: (mark) => sources.get(mark) })
}

/** What a cluster refers to: none of it can be deleted before the cluster. */
const clusterRefs = (spec: ClusterSpec): Record<string, ObjectRef[]> => ({
  backupLocationUid: locationRefs(spec.backup?.config),
  cloudAccountUid: spec.cloudAccountUid === '' ? [] : [{ kind: 'CloudAccount', uid: spec.cloudAccountUid }],
  profiles: spec.profiles.map(({ uid }) => ({ kind: 'ClusterProfile', uid })),
})

/**
 * Reads the profiles a request names (`drafts`, by uid, in place of stored ones) and makes the cluster's copies of them. `cloudType` is
 * the cluster's; null = not known yet.
 */
export async function loadProfiles(
  tx: Tx,
  cloudType: string | null,
  inputs: readonly v1SpectroClusterProfileEntity[],
  path: string,
  drafts: ReadonlyMap<string, AttachableProfile> = new Map(),
): Promise<AttachedProfile[]> {
  const profiles: AttachableProfile[] = []
  for (const [index, input] of capped(inputs, mostProfiles, path).entries()) {
    const place = `${path}[${index}]`
    const uid = input.uid ?? ''
    const profile = drafts.get(uid) ?? (uid ? await tx.get('ClusterProfile', uid) : null)
    if (!profile) {
      throw new AtriumError('InvalidRequest', `${place}.uid: cluster profile '${input.uid ?? ''}' is not found.`, {
        details: { field: `${place}.uid` },
      })
    }
    if (cloudType !== null && profile.spec.cloudType !== 'all' && profile.spec.cloudType !== cloudType) {
      throw new AtriumError(
        'InvalidRequest',
        `${place}.uid: profile '${profile.meta.name}' is for cloud '${profile.spec.cloudType}', the cluster is on '${cloudType}'.`,
        { details: { field: `${place}.uid` } },
      )
    }
    profiles.push(profile)
  }
  const layers = new Set(profiles.flatMap(({ spec }) => spec.layers.map(({ name }) => name)))
  return profiles.map((profile, index) => attachProfile(profile, inputs[index] ?? {}, `${path}[${index}]`, layers))
}
