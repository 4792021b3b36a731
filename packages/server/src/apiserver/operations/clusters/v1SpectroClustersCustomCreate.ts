import type { v1ClusterResourcesEntity, v1SpectroCustomClusterEntity } from '@atrium/api/generated/operations.d.ts'
import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { Provider } from '@atrium/provider-contract/provider.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { newUid, type Random } from '@atrium/runtime/base/random.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { customProvider } from '../clouds/providers.ts'
import { createCluster, loadProfiles } from './load.ts'
import { checkPools, parsePool } from './pools.ts'
import { changeProfiles } from './profiles.ts'

export const v1SpectroClustersCustomCreate = defineOperation('v1SpectroClustersCustomCreate', {
  scope: 'project',
  permission: 'cluster.create',
  async handler({ subject, params, body, project }, context) {
    const provider = customProvider(context, params.cloudType)
    return context.admission.run(subject, async (tx) => {
      const spec = await readSpec(tx, provider, body, context.random)
      return { uid: await createCluster(tx, { project, ...parseMeta(body.metadata), spec }, context.random) }
    })
  },
})

async function readSpec(
  tx: Tx,
  provider: Provider,
  { spec }: v1SpectroCustomClusterEntity,
  random: Random,
): Promise<ClusterSpec> {
  if (!spec) throw new AtriumError('InvalidRequest', 'spec: is missing.', { details: { field: 'spec' } })
  refuseResources(spec.clusterConfig?.resources)
  const account = await tx.get('CloudAccount', spec.cloudAccountUid)
  if (account?.spec.cloudType !== provider.cloudType) {
    throw new AtriumError(
      'InvalidRequest',
      `spec.cloudAccountUid: there is no cloud account '${spec.cloudAccountUid}' of type '${provider.cloudType}'.`,
      { details: { field: 'spec.cloudAccountUid' } },
    )
  }
  const machinePools = (spec.machinepoolconfig ?? []).map((pool, index) =>
    parsePool(provider, pool, `spec.machinepoolconfig[${index}]`),
  )
  checkPools(machinePools, 'spec.machinepoolconfig')
  const profiles = await loadProfiles(tx, provider.cloudType, spec.profiles ?? [], 'spec.profiles')
  return {
    cloudType: provider.cloudType,
    cloudAccountUid: spec.cloudAccountUid,
    cloudConfigUid: newUid(random),
    cloudConfig: { ...spec.cloudConfig },
    machinePools,
    profiles: changeProfiles(
      [],
      profiles.map((profile) => ({ profile, replaces: undefined })),
    ),
    policy: { drift: 'heal', nodes: 'heal' },
    clusterConfig: { ...spec.clusterConfig },
  }
}

/** Accepted and then not applied would be a lie; a manifest layer does what these would. */
function refuseResources(resources: v1ClusterResourcesEntity | undefined): void {
  for (const part of ['rbacs', 'namespaces'] as const) {
    if (!resources?.[part]?.length) continue
    const field = `spec.clusterConfig.resources.${part}`
    throw new AtriumError(
      'NotImplemented',
      `${field}: cannot be set yet. Declare them in a manifest layer of a profile.`,
      {
        details: { field },
      },
    )
  }
}
