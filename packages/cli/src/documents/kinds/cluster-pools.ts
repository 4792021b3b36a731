import type { v1CustomMachinePoolConfig, v1CustomMachinePoolConfigEntity } from '@atrium/api/generated/operations.d.ts'
import { differences } from '../difference.ts'
import type { Scope } from '../scope.ts'

export type PoolSpec = {
  name: string
  controlPlane?: boolean
  /** Whether machines of the control plane run pods too. */
  worker?: boolean
  /** The machines as YAML text. */
  values: string
  /** What the API has besides: `additionalLabels`, `taints`. */
  settings?: unknown
}

export const readPools = (pools: readonly v1CustomMachinePoolConfig[]): PoolSpec[] =>
  pools.map(({ name = '', size: _size, isControlPlane, useControlPlaneAsWorker, values = '', ...settings }) => {
    const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== null))
    return {
      name,
      ...(isControlPlane && { controlPlane: true }),
      ...(useControlPlaneAsWorker && { worker: true }),
      values,
      ...(Object.keys(given).length > 0 && { settings: given }),
    }
  })

export const sentPool = ({ controlPlane, worker, values, settings }: PoolSpec): v1CustomMachinePoolConfigEntity => ({
  cloudConfig: { values },
  poolConfig: {
    ...(settings as v1CustomMachinePoolConfigEntity['poolConfig']),
    isControlPlane: controlPlane === true,
    ...(worker && { useControlPlaneAsWorker: true }),
  },
})

type ConfigParams = { cloudType: string; configUid: string }

/** New pools first, so that there is room for what the former ones carried. */
export async function updatePools(
  { client }: Scope,
  config: ConfigParams,
  live: readonly PoolSpec[],
  wanted: readonly PoolSpec[],
): Promise<void> {
  const named = (pools: readonly PoolSpec[], name: string): PoolSpec | undefined =>
    pools.find((pool) => pool.name === name)
  const changed = wanted.filter((pool) => differences(named(live, pool.name), pool).length > 0)
  for (const pool of changed.filter(({ name }) => named(live, name) === undefined))
    await client.call('POST /v1/cloudconfigs/cloudTypes/{cloudType}/{configUid}/machinePools', {
      params: config,
      body: sentPool(pool),
    })
  for (const pool of changed.filter(({ name }) => named(live, name) !== undefined))
    await client.call('PUT /v1/cloudconfigs/cloudTypes/{cloudType}/{configUid}/machinePools/{machinePoolName}', {
      params: { ...config, machinePoolName: pool.name },
      body: sentPool(pool),
    })
  for (const { name } of live.filter((pool) => named(wanted, pool.name) === undefined))
    await client.call('DELETE /v1/cloudconfigs/cloudTypes/{cloudType}/{configUid}/machinePools/{machinePoolName}', {
      params: { ...config, machinePoolName: name },
    })
}
