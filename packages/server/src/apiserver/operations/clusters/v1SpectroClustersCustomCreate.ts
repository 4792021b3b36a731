import type { v1CustomClusterConfigEntity } from '@atrium/api/generated/operations.d.ts'
import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import type { Provider } from '@atrium/provider-contract/provider.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { newUid, type Random } from '@atrium/runtime/base/random.ts'
import type { Tx } from '@atrium/runtime/store/store.ts'
import { capped } from '../../invalid.ts'
import { defineOperation, type OperationRequest } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { customProvider } from '../clouds/providers.ts'
import { newClusterProfiles } from '../templates/apply.ts'
import { firstNodesPolicy } from '../tenants/nodes-remediation.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { getUser } from '../users/load.ts'
import { checkConfig, readPatching } from './cluster-config.ts'
import { createCluster, loadProfiles } from './load.ts'
import { checkPools, mostPools, parsePool } from './pools.ts'
import { changeProfiles } from './profiles.ts'

export const v1SpectroClustersCustomCreate = defineOperation('v1SpectroClustersCustomCreate', {
  scope: 'project',
  permission: 'cluster.create',
  async handler(request, context) {
    const { subject, params, body, project } = request
    const provider = customProvider(context, params.cloudType)
    await mustFit(context, subject, 'spectrocluster')
    const { email, firstName, lastName } = await getUser(context, subject, subject.userUid)
    const createdBy = { uid: subject.userUid, name: `${firstName} ${lastName}`.trim(), email }
    const nodes = await firstNodesPolicy(context, subject, project)
    return context.admission.run(subject, async (tx) => {
      const policy = { drift: 'heal', nodes } as const
      const spec = { ...(await readSpec(tx, provider, request, context.random)), policy, createdBy }
      return { uid: await createCluster(tx, { project, ...parseMeta(body.metadata), spec }, context) }
    })
  },
})

async function readSpec(
  tx: Tx,
  provider: Provider,
  { body, keptOf, unknownOf }: OperationRequest<'v1SpectroClustersCustomCreate'>,
  random: Random,
): Promise<Omit<ClusterSpec, 'policy'>> {
  const { spec } = body
  if (!spec) throw new AtriumError('InvalidRequest', 'spec: is missing.', { details: { field: 'spec' } })
  checkConfig(spec.clusterConfig ?? {}, 'spec.clusterConfig')
  const account = await tx.get('CloudAccount', spec.cloudAccountUid)
  if (account?.spec.cloudType !== provider.cloudType) {
    throw new AtriumError(
      'InvalidRequest',
      `spec.cloudAccountUid: there is no cloud account '${spec.cloudAccountUid}' of type '${provider.cloudType}'.`,
      { details: { field: 'spec.cloudAccountUid' } },
    )
  }
  const machinePools = capped(spec.machinepoolconfig, mostPools, 'spec.machinepoolconfig').map((pool, index) =>
    parsePool(provider, pool, `spec.machinepoolconfig[${index}]`, keptOf),
  )
  checkPools(machinePools, 'spec.machinepoolconfig')
  const { inputs, template } = await newClusterProfiles(tx, provider.cloudType, spec)
  const profiles = await loadProfiles(tx, provider.cloudType, inputs, 'spec.profiles')
  // Both configs are kept as documents, with what is unknown in them.
  const rest = { ...body, spec: { ...spec, cloudConfig: undefined, clusterConfig: undefined } }
  const unknown = unknownOf('v1SpectroCustomClusterEntity', rest)
  return {
    cloudType: provider.cloudType,
    cloudAccountUid: spec.cloudAccountUid,
    cloudConfigUid: newUid(random),
    cloudConfig: { ...keptOf('v1CustomClusterConfig', spec.cloudConfig) },
    machinePools,
    profiles: changeProfiles(
      [],
      profiles.map((profile) => ({ profile, replaces: undefined })),
    ),
    clusterConfig: newConfig(keptOf('v1CustomClusterConfigEntity', spec.clusterConfig ?? {})),
    ...(template && { template }),
    ...(unknown && { unknown }),
  }
}

function newConfig({ machineManagementConfig, ...rest }: v1CustomClusterConfigEntity): Record<string, unknown> {
  const patching = readPatching(machineManagementConfig?.osPatchConfig)
  return { ...rest, ...(patching && { machineManagementConfig: patching }) }
}
