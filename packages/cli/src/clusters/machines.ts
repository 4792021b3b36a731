import type { v1CloudConfigMeta, v1CustomMachine } from '@atrium/api/generated/operations.d.ts'
import type { Client } from '@atrium/client/client.ts'

/** A machine of a cluster, with its pool. */
export interface PoolMachine {
  pool: string
  isControlPlane: boolean
  machine: v1CustomMachine
}

/** Every machine of the cluster with this configuration, pool by pool. */
export async function listMachines(client: Client, config: v1CloudConfigMeta | undefined): Promise<PoolMachine[]> {
  const params = { cloudType: config?.cloudType ?? '', configUid: config?.uid ?? '' }
  const { spec } = await client.call('GET /v1/cloudconfigs/cloudTypes/{cloudType}/{configUid}', { params })
  const machines: PoolMachine[] = []
  for (const { name: pool = '', isControlPlane = false } of spec?.machinePoolConfig ?? []) {
    const { items } = await client.call(
      'GET /v1/cloudconfigs/cloudTypes/{cloudType}/{configUid}/machinePools/{machinePoolName}/machines',
      { params: { ...params, machinePoolName: pool }, query: { limit: 0 } },
    )
    machines.push(...(items ?? []).map((machine) => ({ pool, isControlPlane, machine })))
  }
  return machines
}
