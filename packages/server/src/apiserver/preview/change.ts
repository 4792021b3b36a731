import type { AtriumClusterPlanRequest } from '@atrium/api/generated/operations.d.ts'
import type { AttachedProfile, ClusterSpec, MachinePool } from '@atrium/api/kinds/cluster.ts'
import type { Provider } from '@atrium/provider-contract/provider.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { changedPolicy } from '../../content/layer-policy.ts'
import { clusterMarks, readSealed, type SealedValues, sealProfiles } from '../../content/sealed-variables.ts'
import type { OperationRequest } from '../operation.ts'
import { getCluster, loadProfiles } from '../operations/clusters/load.ts'
import { checkPools, parsePool } from '../operations/clusters/pools.ts'
import { changeProfiles, removeProfiles } from '../operations/clusters/profiles.ts'
import { updateVariables } from '../operations/clusters/variables.ts'
import { readDrafts } from './drafts.ts'

/** A cluster, and what it would declare. */
export interface PlannedChange {
  cluster: StoredObject<'Cluster'>
  after: ClusterSpec
  machines: StoredObject<'Machine'>[]
  /** Values behind marks of `after` that are not stored. */
  fresh: SealedValues
}

export interface ChangeSurroundings {
  random: Random
  /** Of the cluster's cloud; undefined where there is none. */
  providerOf(cloudType: string): Provider | undefined
  keptOf: OperationRequest<'atriumClustersPlan'>['keptOf']
}

/** What the cluster would declare after the change, by the rules of the operations that make such changes. Stores nothing. */
export async function readPlannedChange(
  tx: Tx,
  uid: string,
  request: AtriumClusterPlanRequest,
  surroundings: ChangeSurroundings,
): Promise<PlannedChange> {
  const cluster = await getCluster(tx, uid)
  if (cluster.meta.deletedAt !== null)
    throw new AtriumError('InvalidState', `Cluster '${cluster.meta.name}' is being deleted and takes no more changes.`)
  const { profiles, fresh } = await readProfiles(tx, cluster, request, surroundings.random)
  const { items: machines } = await tx.list('Machine', { where: { clusterUid: uid } })
  const machinePools = readPools(cluster.spec, request, surroundings)
  const { policy: wanted, cloudConfig: given } = request
  const { spec, status } = cluster
  const policy = wanted ? changedPolicy(wanted, { spec: { ...spec, profiles }, status }, 'policy.') : spec.policy
  const cloudConfig = given ? { ...given } : cluster.spec.cloudConfig
  return { cluster, after: { ...cluster.spec, profiles, machinePools, policy, cloudConfig }, machines, fresh }
}

async function readProfiles(
  tx: Tx,
  { meta, spec }: StoredObject<'Cluster'>,
  request: AtriumClusterPlanRequest,
  random: Random,
): Promise<{ profiles: AttachedProfile[]; fresh: SealedValues }> {
  const drafts = await readDrafts(tx, request.drafts ?? [], random)
  const named = request.profiles ?? []
  const drafted = [...drafts.profiles.keys()].filter((uid) => !named.some((one) => one.uid === uid))
  const inputs = [...named, ...drafted.map((uid) => ({ uid, replaceWithProfile: undefined }))]
  const loaded = await loadProfiles(tx, spec.cloudType, inputs, 'profiles', drafts.profiles)
  const mentioned = new Set(loaded.flatMap(({ uid, name }, index) => [uid, name, inputs[index]?.replaceWithProfile]))
  const isMentioned = ({ uid, name }: AttachedProfile): boolean => mentioned.has(uid) || mentioned.has(name)
  const kept = request.complete ? spec.profiles.filter(isMentioned) : spec.profiles
  const changes = loaded.map((profile, index) => ({ profile, replaces: inputs[index]?.replaceWithProfile }))
  const attached = removeProfiles(changeProfiles(kept, changes, spec.import), request.detached ?? [], spec.import)
  const holders = [{ kind: 'Cluster', uid: meta.uid }, ...attached.map(({ uid }) => ({ kind: 'ClusterProfile', uid }))]
  const marks = [...clusterMarks(spec.profiles), ...clusterMarks(attached)]
  const values = await readSealed(tx, holders, marks, drafts.fresh)
  const given = updateVariables(attached, request.variables ?? [], values)
  const { sealed, fresh } = sealProfiles(given, spec.profiles, values, random)
  return { profiles: sealed, fresh: new Map([...drafts.fresh, ...fresh]) }
}

function readPools(
  { cloudType, machinePools }: ClusterSpec,
  { pools = [], machinePools: given = [], removedPools = [] }: AtriumClusterPlanRequest,
  { providerOf, keptOf }: ChangeSurroundings,
): MachinePool[] {
  if (pools.length + given.length + removedPools.length === 0) return machinePools
  const provider = providerOf(cloudType)
  if (!provider && given.length > 0)
    throw new AtriumError('InvalidState', `There is no provider for cloud type '${cloudType}'.`)
  const parsed = provider ? given.map((one, index) => parsePool(provider, one, `machinePools[${index}]`, keptOf)) : []
  const names = new Set(parsed.map(({ name }) => name))
  const added = parsed.filter(({ name }) => !machinePools.some((one) => one.name === name))
  const changed = [
    ...machinePools.map((pool) =>
      names.has(pool.name) ? (parsed.find(({ name }) => name === pool.name) ?? pool) : pool,
    ),
    ...added,
  ]
  const known = (name: string, field: string): void => {
    if (changed.some((pool) => pool.name === name)) return
    throw new AtriumError('InvalidRequest', `${field}: the cluster has no pool '${name}'.`, { details: { field } })
  }
  for (const [index, { name }] of pools.entries()) known(name, `pools[${index}].name`)
  for (const [index, name] of removedPools.entries()) known(name, `removedPools[${index}]`)
  const sizes = new Map(pools.map(({ name, size }) => [name, size]))
  const left = changed
    .filter(({ name }) => !removedPools.includes(name))
    .map((pool) => ({ ...pool, size: sizes.get(pool.name) ?? pool.size }))
  checkPools(left, 'machinePools')
  return left
}
