import type { AtriumDeviation, v1SpectroClusterUidSummary } from '@atrium/api/generated/operations.d.ts'
import { readCatalogue } from '@atrium/cli/demo/create.ts'
import { type CatalogPack, clusterBody, demo } from '@atrium/cli/demo/spec.ts'
import type { Client } from '@atrium/client/client.ts'
import { ApiError } from '@atrium/client/error.ts'
import { KubeClient } from '@atrium/kube/client.ts'
import { parseKubeconfig } from '@atrium/kube/config.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { eventually, type Look } from './wait.ts'

export const CLOUD = { cloudType: 'local' }
/** A cluster needs 15 s; a loaded machine several times that. */
const READY_LIMIT_MS = 120_000

/** A layer of a test's profile: a shipped pack, or manifests of its own. */
export type Layer = { pack: string; version: string; values?: string } | { manifest: string; content: string }

export interface ProfileInput {
  name: string
  version?: string
  type?: 'infra' | 'add-on'
  layers: Layer[]
  variables?: { name: string; defaultValue?: string; required?: boolean }[]
}

/** Creates and publishes a profile; answers its uid. */
export async function makeProfile(client: Client, input: ProfileInput): Promise<string> {
  const wanted = input.layers.flatMap((layer) => ('pack' in layer ? [[layer.pack, layer.version] as const] : []))
  const catalogue = await readCatalogue(client, wanted)
  const type = input.type ?? 'add-on'
  const packs = input.layers.map((layer) => ('pack' in layer ? packLayer(layer, catalogue) : manifestLayer(layer)))
  const { uid } = await client.call('POST /v1/clusterprofiles', {
    body: {
      metadata: { name: input.name },
      spec: {
        version: input.version ?? '1.0.0',
        template: { cloudType: type === 'infra' ? 'local' : 'all', type, packs },
        variables: (input.variables ?? []).map((variable) => ({ displayName: variable.name, ...variable })),
      },
    },
  })
  await client.call('PATCH /v1/clusterprofiles/{uid}/publish', { params: { uid } })
  return uid
}

function packLayer(layer: { pack: string; version: string; values?: string }, catalogue: readonly CatalogPack[]) {
  const pack = catalogue.find(({ name, version }) => name === layer.pack && version === layer.version)
  if (!pack) throw new Error(`no pack ${layer.pack} ${layer.version}`)
  const { name, version, registryUid, uid } = pack
  const kind = pack.layer as 'addon'
  return {
    name,
    tag: version,
    registryUid,
    uid,
    type: 'spectro' as const,
    layer: kind,
    values: layer.values ?? pack.values,
  }
}

const manifestLayer = ({ manifest, content }: { manifest: string; content: string }) => ({
  name: manifest,
  type: 'manifest' as const,
  layer: 'addon' as const,
  tag: '1.0.0',
  values: '',
  manifests: [{ name: manifest, content }],
})

/** Uids of the demo's profiles (`name@version`) and of its cloud account, made by the first `up`. */
export async function demoParts(client: Client): Promise<{ accountUid: string; profiles: Map<string, string> }> {
  const accounts = await client.call('GET /v1/cloudaccounts/cloudTypes/{cloudType}', { params: CLOUD })
  const account = accounts.items?.find(({ metadata }) => metadata?.name === demo.account)
  const { items } = await client.call('GET /v1/dashboard/clusterprofiles/metadata')
  const profiles = (items ?? []).map(
    ({ metadata, spec }) => [`${metadata?.name}@${spec?.version}`, metadata?.uid ?? ''] as const,
  )
  return { accountUid: account?.metadata?.uid ?? '', profiles: new Map(profiles) }
}

/** Profiles and account for clusters of the test's own. */
export async function makeAccount(client: Client): Promise<string> {
  const body = { metadata: { name: 'test-account' }, spec: { credentials: {} } }
  return (await client.call('POST /v1/cloudaccounts/cloudTypes/{cloudType}', { params: CLOUD, body })).uid
}

export const infraLayers: Layer[] = [
  { pack: 'local-os', version: '1.0.0' },
  { pack: 'kubernetes', version: '1.34.4' },
  { pack: 'local-cni', version: '1.0.0' },
  { pack: 'local-csi', version: '1.0.0' },
]

/** Asks for a cluster like the demo (one control plane, two workers); answers its uid at once. */
export async function askForCluster(
  client: Client,
  name: string,
  accountUid: string,
  profileUids: string[],
): Promise<string> {
  const body = { ...clusterBody(accountUid, profileUids), metadata: { name } }
  return (await client.call('POST /v1/spectroclusters/cloudTypes/{cloudType}', { params: CLOUD, body })).uid
}

export const overview = (client: Client, uid: string): Promise<v1SpectroClusterUidSummary> =>
  client.call('GET /v1/dashboard/spectroclusters/{uid}/overview', { params: { uid } })

/** Null once it is gone. */
export async function overviewOrGone(client: Client, uid: string): Promise<v1SpectroClusterUidSummary | null> {
  try {
    return await overview(client, uid)
  } catch (error) {
    if (error instanceof ApiError && error.code === 'ResourceNotFound') return null
    throw error
  }
}

/** What matters of an overview, short enough for a message. */
export const digestOf = ({ status }: v1SpectroClusterUidSummary) => ({
  state: status?.state,
  health: `${status?.health?.state}`,
  conditions: (status?.conditions ?? []).map(({ type, status: value, reason, message }) =>
    `${type} ${value} ${reason} ${message}`.trim(),
  ),
  layers: (status?.packs ?? []).map(
    ({ name, version, condition }) => `${name} ${version} ${condition?.type} ${condition?.message ?? ''}`,
  ),
})

export const conditionOf = (summary: v1SpectroClusterUidSummary, type: string) =>
  summary.status?.conditions?.find((condition) => condition.type === type)

export const isServing = ({ status }: v1SpectroClusterUidSummary): boolean =>
  status?.state === 'Running' && status.health?.state === 'Healthy'

/** Waits until an overview is as `wanted` says. */
export const untilCluster = (
  client: Client,
  uid: string,
  what: string,
  wanted: (summary: v1SpectroClusterUidSummary) => boolean,
  limitMs = READY_LIMIT_MS,
): Promise<v1SpectroClusterUidSummary> =>
  eventually(
    what,
    async () => {
      const summary = await overview(client, uid)
      return { done: wanted(summary) && summary, seen: digestOf(summary) }
    },
    limitMs,
  )

export const untilServing = (client: Client, uid: string, limitMs?: number): Promise<v1SpectroClusterUidSummary> =>
  untilCluster(client, uid, `cluster ${uid} Running and Healthy`, isServing, limitMs)

export const untilGone = (client: Client, uid: string, limitMs = 90_000): Promise<boolean> =>
  eventually(
    `cluster ${uid} gone`,
    async () => {
      const summary = await overviewOrGone(client, uid)
      return { done: summary === null, seen: summary && digestOf(summary) }
    },
    limitMs,
  )

export const deviationsOf = async (client: Client, uid: string): Promise<AtriumDeviation[]> =>
  (await client.call('GET /atrium/v1/clusters/{uid}/deviations', { params: { uid } })).items

/** Waits for the newest deviation that `wanted` accepts. */
export const untilDeviation = (
  client: Client,
  uid: string,
  what: string,
  wanted: (deviation: AtriumDeviation) => boolean,
  limitMs?: number,
): Promise<AtriumDeviation> =>
  eventually(
    what,
    async (): Promise<Look<AtriumDeviation>> => {
      const items = await deviationsOf(client, uid)
      return { done: items.find(wanted), seen: items }
    },
    limitMs,
  )

/** A client of the cluster's API server, with the kubeconfig a user downloads. */
export async function kubeOf(client: Client, uid: string): Promise<KubeClient> {
  const file = await client.call('GET /v1/spectroclusters/{uid}/assets/adminKubeconfig', { params: { uid } })
  const config = await parseKubeconfig(Buffer.from(file).toString('utf8'), { baseDir: null, clock: systemClock })
  return new KubeClient({ config, clock: systemClock })
}
