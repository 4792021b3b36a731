import type { v1ImportClusterConfig, v1ObjectMetaInputEntity } from '@atrium/api/generated/operations.d.ts'
import type { ClusterSpec } from '@atrium/api/kinds/cluster.ts'
import { newUid } from '@atrium/runtime/base/random.ts'
import type { ServerContext } from '../../../context.ts'
import { invalid } from '../../invalid.ts'
import { defineOperation, type OperationRequest, type RegisteredOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { getUser } from '../users/load.ts'
import { keepLink, newImport } from './import-link.ts'
import { createCluster } from './load.ts'

type ImportOperation =
  | 'v1SpectroClustersAwsImport'
  | 'v1SpectroClustersAzureImport'
  | 'v1SpectroClustersCloudStackImport'
  | 'v1SpectroClustersGcpImport'
  | 'v1SpectroClustersGenericImport'

interface ImportBody {
  metadata?: v1ObjectMetaInputEntity | undefined
  spec?: { clusterConfig?: v1ImportClusterConfig | undefined } | undefined
}

/** Takes in a cluster of that cloud: nothing happens before somebody applies the manifest of its link. */
export const defineImport = (id: ImportOperation, cloudType: string): RegisteredOperation =>
  defineOperation(id, {
    scope: 'project',
    permission: 'cluster.import',
    handler: (request, context) => importCluster(request, cloudType, context),
  })

async function importCluster(
  request: Pick<OperationRequest<ImportOperation>, 'subject' | 'project'> & { body: ImportBody },
  cloudType: string,
  context: ServerContext,
): Promise<{ uid: string }> {
  const { subject, project, body } = request
  await mustFit(context, subject, 'spectrocluster')
  const { email, firstName, lastName } = await getUser(context, subject, subject.userUid)
  const config = body.spec?.clusterConfig ?? {}
  refuseProxy(config)
  const spec: ClusterSpec = {
    ...{ cloudType, cloudAccountUid: '', cloudConfigUid: newUid(context.random), cloudConfig: {} },
    ...{ machinePools: [], profiles: [], policy: { drift: 'heal', nodes: 'alert' } },
    clusterConfig: {},
    createdBy: { uid: subject.userUid, name: `${firstName} ${lastName}`.trim(), email },
    import: newImport(config.importMode === 'read-only' ? 'read-only' : 'full', context.clock),
  }
  return context.admission.run(subject, async (tx) => {
    const uid = await createCluster(tx, { project, ...parseMeta(body.metadata), spec }, context)
    await keepLink(tx, subject.tenant, uid, context.random)
    return { uid }
  })
}

/** The agent dials the plane itself: an agent that could not come through would be told only by its log. */
function refuseProxy({ proxy = {} }: v1ImportClusterConfig): void {
  const [named] = Object.entries(proxy).find(([, value]) => value) ?? []
  if (named === undefined) return
  const text = 'the agent takes no proxy. Let the cluster reach the plane directly'
  throw invalid(`spec.clusterConfig.proxy.${named}`, text)
}
