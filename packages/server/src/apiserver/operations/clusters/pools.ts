import type { v1CustomMachinePoolConfig, v1CustomMachinePoolConfigEntity } from '@atrium/api/generated/operations.d.ts'
import type { MachinePool } from '@atrium/api/kinds/cluster.ts'
import type { Provider } from '@atrium/provider-contract/provider.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'

/** Reads one pool with the provider's own rules; the client's text is kept byte for byte beside what was read. */
export function parsePool(provider: Provider, input: v1CustomMachinePoolConfigEntity, path: string): MachinePool {
  const halves = {
    cloudConfig: { ...input.cloudConfig } as Record<string, unknown>,
    poolConfig: { ...input.poolConfig } as Record<string, unknown>,
  }
  const { kubernetesVersion, ...pool } = provider.parsePool(halves, path)
  return { ...pool, version: kubernetesVersion, input: halves }
}

/** Invariants over all pools of a cluster: names are unique and exactly one pool is the control plane. */
export function checkPools(pools: readonly MachinePool[], path: string): void {
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

const invalid = (path: string, text: string): AtriumError =>
  new AtriumError('InvalidRequest', `${path}: ${text}.`, { details: { field: path } })

/** The YAML text of a custom cloud's settings. */
export const valuesOf = ({ values }: Record<string, unknown>): string => (typeof values === 'string' ? values : '')

/** Both halves merged flat, as clients read them. */
export const viewPool = (pool: MachinePool): v1CustomMachinePoolConfig => ({
  ...(pool.input.poolConfig as Partial<v1CustomMachinePoolConfig>),
  values: valuesOf(pool.input.cloudConfig),
  name: pool.name,
  size: pool.size,
  isControlPlane: pool.isControlPlane,
  useControlPlaneAsWorker: pool.useControlPlaneAsWorker,
})
