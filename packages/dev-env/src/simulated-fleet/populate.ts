import type { Client } from '@atrium/client/client.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'

export interface FleetPlan {
  clusters: number
  /** Workers of the cluster with this number. */
  workers: (index: number) => number
  projects: number
  /** Requests under way at a time. */
  atOnce: number
}

/** `requestedAtMs`: when its request was answered. */
export interface FleetCluster {
  uid: string
  name: string
  project: string
  configUid: string
  requestedAtMs: number
}

const KUBERNETES = '1.34.4'
const cloudType = 'inmemory'
const names = ['shop', 'billing', 'search', 'media', 'ledger', 'mail', 'maps', 'chat']
const places = ['berlin', 'oslo', 'lyon', 'turin', 'porto', 'graz']

/** Profiles of the tenant, shared by all its projects. */
export interface FleetProfiles {
  infrastructure: string
  apps: string
}

/** What clusters of a fleet are made of: profiles, and projects with an account in each. */
export interface FleetGround {
  profiles: FleetProfiles
  projects: { uid: string; account: string }[]
}

/** Some projects, an account in each, and clusters spread over them, all by the public API. */
export const populate = async (
  client: Client,
  plan: FleetPlan,
  clock: Clock,
  onMade: (cluster: FleetCluster) => void = () => undefined,
  signal?: AbortSignal,
): Promise<{ profiles: FleetProfiles; clusters: FleetCluster[] }> => {
  const ground = await prepareGround(client, plan.projects)
  return { profiles: ground.profiles, clusters: await settle(client, { ...plan, ground, clock, onMade, signal }) }
}

export const prepareGround = async (client: Client, count: number): Promise<FleetGround> => {
  const profiles = { infrastructure: await makeInfrastructure(client), apps: await makeApps(client, '1.0.0') }
  const projects: FleetGround['projects'] = []
  for (let index = 0; index < count; index += 1) projects.push(await makeProject(client, index))
  return { profiles, projects }
}

/** Clusters with the numbers from `from` (0 unless told) to below `clusters`, spread over the projects. */
export const settle = async (
  client: Client,
  plan: Omit<FleetPlan, 'projects'> & {
    ground: FleetGround
    from?: number
    clock: Clock
    onMade?: (cluster: FleetCluster) => void
    signal?: AbortSignal | undefined
  },
): Promise<FleetCluster[]> => {
  const { from = 0, clock, signal } = plan
  const { profiles, projects } = plan.ground
  const made: FleetCluster[] = []
  await forEach(plan.clusters - from, plan.atOnce, async (offset) => {
    const index = from + offset
    const project = projects[index % projects.length]
    if (!project || signal?.aborted) return
    const name = `${names[index % names.length]}-${places[index % places.length]}-${index + 1}`
    const cluster = await makeCluster(client, { name, project, profiles, workers: plan.workers(index), clock })
    made.push(cluster)
    plan.onMade?.(cluster)
  })
  return made
}

/** Runs `work` for 0 … `count` − 1, `atOnce` at a time. */
export const forEach = async (count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> => {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, worker))
}

/** The applications' profile in this version, published. */
export const makeApps = (client: Client, version: string): Promise<string> =>
  makeProfile(client, 'fleet-apps', 'add-on', version, [
    { name: 'web', layer: 'addon', tag: version, values: `text: version ${version}\n` },
    { name: 'metrics', layer: 'addon', tag: '1.0.0', values: 'interval: 30s\n' },
  ])

/** Puts another version of the applications' profile in the place of the former. */
export const changeApps = async (client: Client, cluster: FleetCluster, from: string, to: string): Promise<void> => {
  await client.call('PATCH /v1/spectroclusters/{uid}/profiles', {
    params: { uid: cluster.uid },
    project: cluster.project,
    body: { profiles: [{ uid: to, replaceWithProfile: from }] },
  })
}

export const scaleWorkers = async (client: Client, cluster: FleetCluster, size: number): Promise<void> => {
  await client.call('PUT /v1/cloudconfigs/cloudTypes/{cloudType}/{configUid}/machinePools/{machinePoolName}', {
    params: { cloudType, configUid: cluster.configUid, machinePoolName: 'workers' },
    project: cluster.project,
    body: pool('workers', size, false),
  })
}

export const deleteCluster = async (client: Client, { uid, project }: FleetCluster): Promise<void> => {
  await client.call('DELETE /v1/spectroclusters/{uid}', { params: { uid }, project })
}

const makeInfrastructure = (client: Client): Promise<string> =>
  makeProfile(client, 'fleet-infrastructure', 'infra', '1.0.0', [
    { name: 'kubernetes', layer: 'k8s', tag: KUBERNETES, values: '' },
    { name: 'network', layer: 'cni', tag: '1.0.0', values: 'mtu: 1400\n' },
  ])

interface LayerInput {
  name: string
  layer: 'k8s' | 'cni' | 'addon'
  tag: string
  values: string
}

const makeProfile = async (
  client: Client,
  name: string,
  type: 'infra' | 'add-on',
  version: string,
  layers: LayerInput[],
): Promise<string> => {
  const packs = layers.map((layer) => ({
    ...layer,
    ...{ type: 'manifest' as const, uid: 'spectro-manifest-pack' },
    manifests: [{ name: layer.name, content: configMap(layer) }],
  }))
  const body = { metadata: { name }, spec: { version, template: { cloudType: 'all' as const, type, packs } } }
  const { uid } = await client.call('POST /v1/clusterprofiles', { body, project: null })
  await client.call('PATCH /v1/clusterprofiles/{uid}/publish', { params: { uid }, project: null })
  return uid
}

const configMap = ({ name, tag }: LayerInput): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  version: "${tag}"\n`

const makeProject = async (client: Client, index: number): Promise<{ uid: string; account: string }> => {
  const name = `team-${index + 1}`
  const { uid } = await client.call('POST /v1/projects', { body: { metadata: { name } }, project: null })
  const account = await client.call('POST /v1/cloudaccounts/cloudTypes/{cloudType}', {
    params: { cloudType },
    project: uid,
    body: { metadata: { name: 'memory' }, spec: { credentials: {} } },
  })
  return { uid, account: account.uid }
}

const pool = (name: string, size: number, isControlPlane: boolean) => ({
  cloudConfig: { values: '' },
  poolConfig: { name, size, isControlPlane },
})

const makeCluster = async (
  client: Client,
  input: {
    name: string
    project: { uid: string; account: string }
    profiles: FleetProfiles
    workers: number
    clock: Clock
  },
): Promise<FleetCluster> => {
  const { name, project, profiles, workers, clock } = input
  const { uid } = await client.call('POST /v1/spectroclusters/cloudTypes/{cloudType}', {
    params: { cloudType },
    project: project.uid,
    body: {
      metadata: { name },
      spec: {
        cloudAccountUid: project.account,
        cloudConfig: { values: '' },
        machinepoolconfig: [pool('control', 1, true), pool('workers', workers, false)],
        profiles: [{ uid: profiles.infrastructure }, { uid: profiles.apps }],
      },
    },
  })
  const requestedAtMs = clock.now()
  const { spec } = await client.call('GET /v1/spectroclusters/{uid}', { params: { uid }, project: project.uid })
  return { uid, name, project: project.uid, configUid: spec?.cloudConfigRef?.uid ?? '', requestedAtMs }
}
