import type { v1CustomMachinePoolConfig, v1CustomMachinePoolConfigEntity } from '@atrium/api/generated/operations.d.ts'
import type { MachinePool } from '@atrium/api/kinds/cluster.ts'
import type { Provider } from '@atrium/provider-contract/provider.ts'
import { capped, invalid } from '../../invalid.ts'
import type { OperationRequest } from '../../operation.ts'
import { withUnknown } from '../../shapes/unknown.ts'

export const mostPools = 200

/** Reads one pool with the provider's own rules; what the client sent is kept beside what was read, text byte for byte. */
export function parsePool(
  provider: Provider,
  sent: v1CustomMachinePoolConfigEntity,
  path: string,
  keptOf: OperationRequest<'v1SpectroClustersCustomCreate'>['keptOf'],
): MachinePool {
  const kept = keptOf('v1CustomMachinePoolConfigEntity', sent)
  const input = { ...kept, cloudConfig: { ...kept.cloudConfig }, poolConfig: { ...kept.poolConfig } }
  const { kubernetesVersion, ...pool } = provider.parsePool(input, path)
  return { ...pool, version: kubernetesVersion, input }
}

/** Invariants over all pools of a cluster: there are not too many, names are unique and exactly one pool is the control plane. */
export function checkPools(pools: readonly MachinePool[], path: string): void {
  capped(pools, mostPools, path)
  const doubled = pools.find((pool, index) => pools.findIndex((one) => one.name === pool.name) !== index)
  if (doubled) throw invalid(path, `two pools are named '${doubled.name}'. Give each its own name`)
  const controlPlanes = pools.filter((pool) => pool.isControlPlane)
  if (controlPlanes.length !== 1) {
    throw invalid(path, `a cluster needs exactly one control-plane pool; ${controlPlanes.length} are given`)
  }
  const [controlPlane] = controlPlanes
  if (controlPlane && controlPlane.size % 2 === 0) {
    throw invalid(path, `control-plane pool '${controlPlane.name}' has ${controlPlane.size} machines. Use 1, 3 or 5`)
  }
}

/** The YAML text of a custom cloud's settings. */
export const valuesOf = ({ values }: Record<string, unknown>): string => (typeof values === 'string' ? values : '')

/** Both halves and what stands beside them merged flat, as clients read them. */
export function viewPool(pool: MachinePool): v1CustomMachinePoolConfig {
  const { cloudConfig, poolConfig, ...beside } = structuredClone(pool.input)
  const flat = { ...beside, ...poolConfig, ...cloudConfig }
  return withUnknown(
    {
      ...flat,
      values: valuesOf(cloudConfig),
      name: pool.name,
      size: pool.size,
      isControlPlane: pool.isControlPlane,
      useControlPlaneAsWorker: pool.useControlPlaneAsWorker,
    },
    flat,
  )
}
