import { parseAllDocuments } from 'yaml'
import { deleteCluster } from '../../clusters/delete.ts'
import { listClusters } from '../../clusters/find.ts'
import { apiVersion } from '../document.ts'
import { documentMetadata, type Scope, sentMetadata } from '../scope.ts'
import {
  anything,
  flag,
  isObject,
  list,
  object,
  oneOf,
  type Problem,
  required,
  text,
  texts,
  textsOf,
} from '../shape.ts'
import { type PoolSpec, readPools, sentPool, updatePools } from './cluster-pools.ts'
import { type ClusterProfileRef, readProfileRefs, removedVariables, sentProfiles } from './cluster-profiles.ts'
import { type Change, differs, type KindDefinition, refuseChange } from './kind.ts'

type Action = 'heal' | 'alert'
type ClusterSpec = {
  cloud: string
  account: string
  profiles: ClusterProfileRef[]
  /** Settings of the cloud as YAML text. */
  config?: string
  pools: PoolSpec[]
  /** `layers` by id, `<profile>/<layer>`: those that deviate from the rest. */
  policy?: { drift?: Action; nodes?: Action; layers?: Record<string, Action> }
}

const action = oneOf('heal', 'alert')
const profileShape = object({
  name: required(text),
  version: required(text),
  scope: oneOf('tenant'),
  variables: texts,
  layers: list(object({ name: required(text), values: required(text) })),
})
const poolShape = object({
  name: required(text),
  controlPlane: flag,
  worker: flag,
  values: required(text),
  settings: anything,
})

export const clusterKind: KindDefinition<ClusterSpec> = {
  aliases: [],
  spec: required(
    object({
      cloud: required(text),
      account: required(text),
      profiles: required(list(profileShape)),
      config: text,
      pools: required(list(poolShape)),
      policy: object({ drift: action, nodes: action, layers: textsOf('heal', 'alert') }),
    }),
  ),
  scopes: ['project'],
  isLabelled: true,
  check: ({ spec }) => spec.pools.flatMap((pool, index) => checkPool(pool, `spec.pools[${index}]`)),
  async list({ client }) {
    const uids: string[] = []
    for await (const { metadata } of listClusters(client)) uids.push(metadata?.uid ?? '')
    return uids
  },
  async find({ client }, { metadata: { name } }) {
    for await (const { metadata } of listClusters(client)) if (metadata?.name === name) return metadata.uid ?? null
    return null
  },
  read: readCluster,
  /** The order of pools means nothing: the server's stays. A part of the policy that is left out does too. */
  async complete(_scope, wanted, live) {
    if (live === null) return wanted
    const names = live.spec.pools.map(({ name }) => name)
    const rank = ({ name }: PoolSpec): number => (names.includes(name) ? names.indexOf(name) : names.length)
    const pools = wanted.spec.pools.toSorted((one, other) => rank(one) - rank(other))
    return { ...wanted, spec: { ...wanted.spec, pools, policy: { ...live.spec.policy, ...wanted.spec.policy } } }
  },
  async create(scope, { metadata, spec }) {
    const { client } = scope
    const account = await accountUid(scope, spec)
    const body = {
      metadata: sentMetadata(metadata),
      spec: {
        cloudAccountUid: account,
        cloudConfig: { values: spec.config ?? '' },
        machinepoolconfig: spec.pools.map(sentPool),
        profiles: await sentProfiles(scope, spec.profiles),
      },
    }
    const params = { cloudType: spec.cloud }
    const { uid } = await client.call('POST /v1/spectroclusters/cloudTypes/{cloudType}', { params, body })
    if (spec.policy) await setPolicy(scope, uid, spec.policy)
  },
  update: updateCluster,
  async revisionOf({ client }, uid) {
    const query = { limit: 1 }
    const { items } = await client.call('GET /atrium/v1/clusters/{uid}/revisions', { params: { uid }, query })
    return String(items[0]?.number)
  },
  async remove(_scope, uid, server) {
    await deleteCluster(server, uid, { wait: true })
  },
}

/** A pool is known by the name in its values: a document that gives another one would not find it again. */
function checkPool({ name, values }: PoolSpec, path: string): Problem[] {
  const documents = parseAllDocuments(values)
  if (!Array.isArray(documents)) return []
  const names = documents.flatMap((one) => {
    if (one.errors.length > 0) return []
    const value: unknown = one.toJS({ maxAliasCount: 50 })
    const machines = isObject(value) && /ControlPlane$|^MachineDeployment$/.test(String(value['kind']))
    return machines && isObject(value['metadata']) ? [String(value['metadata']['name'])] : []
  })
  if (names.length === 0 || names.includes(name)) return []
  return [
    { path: `${path}.name`, message: `is '${name}', the values name '${names.join(', ')}'. Give both the same name.` },
  ]
}

async function readCluster(scope: Scope, uid: string): ReturnType<KindDefinition<ClusterSpec>['read']> {
  const { client } = scope
  const params = { uid }
  const [cluster, overview, policy] = await Promise.all([
    client.call('GET /v1/spectroclusters/{uid}', { params }),
    client.call('GET /v1/dashboard/spectroclusters/{uid}/overview', { params }),
    client.call('GET /atrium/v1/clusters/{uid}/policy', { params }),
  ])
  const cloud = cluster.spec?.cloudType ?? ''
  const config = { cloudType: cloud, configUid: cluster.spec?.cloudConfigRef?.uid ?? '' }
  const infrastructure = await client.call('GET /v1/cloudconfigs/cloudTypes/{cloudType}/{configUid}', {
    params: config,
  })
  const values = infrastructure.spec?.clusterConfig?.values ?? ''
  const spec = {
    ...{ cloud, account: overview.spec?.cloudaccount?.name ?? '' },
    profiles: await readProfileRefs(scope, uid, cluster.spec?.clusterProfileTemplates ?? []),
    ...(values !== '' && { config: values }),
    pools: readPools(infrastructure.spec?.machinePoolConfig ?? []),
    policy: {
      ...{ drift: policy.drift, nodes: policy.nodes },
      ...(Object.keys(policy.layers).length > 0 && { layers: policy.layers }),
    },
  }
  return { apiVersion, kind: 'Cluster', metadata: documentMetadata(cluster.metadata), spec }
}

/** Throws when a cluster would become another one. */
export function refuseFixed(differences: Change<ClusterSpec>['differences']): void {
  refuseChange(differences, 'spec.cloud', 'Give the cluster in the other cloud another name.')
  refuseChange(differences, 'spec.account', 'Give the cluster of the other account another name.')
}

/** One part after the other, each only where it differs: what is not touched disturbs nothing. */
async function updateCluster(
  scope: Scope,
  uid: string,
  { live, wanted, differences }: Change<ClusterSpec>,
): Promise<void> {
  const { client } = scope
  const { metadata, spec } = wanted
  const params = { uid }
  refuseFixed(differences)
  if (differs(differences, 'metadata')) {
    const body = { metadata: sentMetadata(metadata) }
    await client.call('PATCH /v1/spectroclusters/{uid}/metadata', { params, body })
  }
  if (differs(differences, 'spec.profiles')) {
    const profiles = await sentProfiles(scope, spec.profiles)
    await client.call('PUT /v1/spectroclusters/{uid}/profiles', { params, body: { profiles } })
    const removed = await removedVariables(scope, live.spec.profiles, spec.profiles)
    if (removed.length > 0) await client.call('PATCH /v1/spectroclusters/{uid}/variables', { params, body: removed })
  }
  const cluster = await client.call('GET /v1/spectroclusters/{uid}', { params })
  const config = { cloudType: spec.cloud, configUid: cluster.spec?.cloudConfigRef?.uid ?? '' }
  if (differs(differences, 'spec.config'))
    await client.call('PUT /v1/cloudconfigs/cloudTypes/{cloudType}/{configUid}/clusterConfig', {
      params: config,
      body: { clusterConfig: { values: spec.config ?? '' } },
    })
  await updatePools(scope, config, live.spec.pools, spec.pools)
  if (differs(differences, 'spec.policy')) await setPolicy(scope, uid, spec.policy ?? {})
}

async function setPolicy({ client }: Scope, uid: string, policy: NonNullable<ClusterSpec['policy']>): Promise<void> {
  const { drift, nodes } = await client.call('GET /atrium/v1/clusters/{uid}/policy', { params: { uid } })
  await client.call('PUT /atrium/v1/clusters/{uid}/policy', { params: { uid }, body: { drift, nodes, ...policy } })
}

async function accountUid({ client }: Scope, { account, cloud }: ClusterSpec): Promise<string> {
  const { items } = await client.call('GET /v1/cloudaccounts/summary', { query: { limit: 0 } })
  const ofCloud = (items ?? []).filter(({ kind }) => kind === cloud)
  const uid = ofCloud.find(({ metadata }) => metadata?.name === account)?.metadata?.uid
  if (uid !== undefined) return uid
  const names = ofCloud.map(({ metadata }) => metadata?.name).join(', ')
  throw new Error(`spec.account: there is no account '${account}' of cloud ${cloud}. There are: ${names || 'none'}.`)
}
