import type { AttachedProfile, ClusterSpec, MachinePool } from '@atrium/api/kinds/cluster.ts'
import type { MachineRoom } from '@atrium/pack/format/constraints.ts'
import { checkVariables } from '@atrium/pack/format/variables.ts'
import type { Provider } from '@atrium/provider-contract/provider.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { sameJson } from '@atrium/runtime/base/json.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { constraintFindings, type PlacedFinding, placedLayers, refuseUnmet } from '../../../content/check-layers.ts'
import { openProfile, type SealedValues } from '../../../content/sealed-variables.ts'

export interface AttachContext {
  random: Random
  providers: ReadonlyMap<string, Provider>
}

type Part = Pick<ClusterSpec, 'cloudType' | 'machinePools' | 'profiles'>

/** Layers are called `<profile name>/<layer name>`. */
export interface AttachFinding extends PlacedFinding {
  profileUid: string
}

/** Refuses packs that do not fit each other or the machines. What did not fit before the change does not stand in its way. */
export async function checkAttached(
  tx: Tx,
  before: Part | null,
  after: Part,
  { providers }: AttachContext,
): Promise<void> {
  if (before && sameJson(layersOf(before), layersOf(after))) return
  const found = await attachFindings(tx, before, after, providers)
  if (found.length === 0) return
  refuseUnmet('spec.profiles', found, before ? await attachFindings(tx, null, before, providers) : [])
}

const layersOf = ({ profiles }: Part): unknown =>
  profiles.map(({ uid, layers }) => [uid, layers.map(({ packUid, name, values }) => [packUid, name, values])])

/** What of the packs' constraints does not hold once all of `after` is attached. */
export async function attachFindings(
  tx: Tx,
  before: Part | null,
  after: Part,
  providers: ReadonlyMap<string, Provider>,
): Promise<AttachFinding[]> {
  const catalogue = new Catalogue(tx)
  const rooms = roomsOf(after.machinePools, providers.get(after.cloudType))
  const around = {
    layers: placedLayers(after.profiles),
    former: placedLayers(before?.profiles ?? []),
    elsewhere: [],
  }
  await catalogue.readPacks(after.profiles.flatMap(({ layers }) => layers.map(({ packUid }) => packUid)))
  const found: AttachFinding[] = []
  for (const profile of after.profiles) {
    for (const layer of profile.layers) {
      const findings = await constraintFindings(catalogue, layer, around, rooms)
      const place = { layer: `${profile.name}/${layer.name}`, profileUid: profile.uid }
      found.push(...findings.map((finding) => ({ ...finding, ...place })))
    }
  }
  return found
}

/** A control plane that runs workloads is room for both. */
function roomsOf(pools: readonly MachinePool[], provider: Provider | undefined): MachineRoom[] {
  return pools.flatMap((pool): MachineRoom[] => {
    const { version, input: _input, ...desired } = pool
    const machine = provider?.machineCapacity?.({ ...desired, kubernetesVersion: version }) ?? null
    const room = { pool: pool.name, size: pool.size, machine }
    return [
      ...(pool.isControlPlane ? [{ ...room, role: 'control-plane' as const }] : []),
      ...(!pool.isControlPlane || pool.useControlPlaneAsWorker ? [{ ...room, role: 'worker' as const }] : []),
    ]
  })
}

/**
 * Refuses values that their variables do not take. A new cluster needs all of them; one that changes may get what is missing with the
 * next request: clients attach first and then give values.
 */
export function checkVariableValues(
  profiles: readonly AttachedProfile[],
  known: SealedValues,
  before: readonly AttachedProfile[] | null,
): void {
  for (const [index, profile] of profiles.entries()) {
    const former = before?.find(({ uid }) => uid === profile.uid)
    if (former && sameJson(former, profile)) continue
    const { variables, variableValues } = openProfile(profile, known)
    const asked = variables.map((variable) => {
      // A default that only the profile's owners may read: it is there, and was checked when it was given.
      const isHeld = variable.sealedDefault !== undefined
      return {
        ...variable,
        required: variable.required === true && !isHeld && before === null,
        immutable: variable.immutable === true && !isHeld,
      }
    })
    const problems = checkVariables(asked, variableValues)
    const [first] = problems
    if (!first) continue
    const field = `spec.profiles[${index}].variables`
    const message = `${field}: variable '${first.path}' of profile '${profile.name}' ${first.message}.`
    throw new AtriumError('InvalidRequest', message, { details: { field, problems } })
  }
}
