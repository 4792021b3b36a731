import { join } from 'node:path'
import type { Client } from '@atrium/client/client.ts'
import { ApiError } from '@atrium/client/error.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import { lock } from '@atrium/toolchain/lock.ts'
import { type PlatformHome, readJsonFile } from '@atrium/toolchain/platform.ts'
import { listClusters } from '../clusters/find.ts'
import { type CatalogPack, clusterBody, demo, demoUpdates, profileBody } from './spec.ts'

interface DemoMarker {
  clusterUid: string
}

export interface DemoCluster {
  uid: string
  name: string
  created: boolean
}

/** The demo cluster of this home, if it still exists. */
export async function findDemo(client: Client, home: PlatformHome): Promise<DemoCluster | null> {
  const marker = readJsonFile<DemoMarker>(home.demoFile)
  if (marker === null) return null
  try {
    const { metadata } = await client.call('GET /v1/spectroclusters/{uid}', { params: { uid: marker.clusterUid } })
    return { uid: marker.clusterUid, name: metadata?.name ?? demo.cluster, created: false }
  } catch (error) {
    if (error instanceof ApiError && error.code === 'ResourceNotFound') return null
    throw error
  }
}

/**
 * Makes profiles, account and cluster of the demo, once in the life of the home. Each part that an interrupted attempt left is used.
 * Null when the demo was deleted.
 */
export async function ensureDemo(client: Client, home: PlatformHome): Promise<DemoCluster | null> {
  // Two that start at once make one demo.
  await using _turn = await lock(join(home.folder, 'run', 'demo.lock'), { clock: systemClock })
  if (readJsonFile<DemoMarker>(home.demoFile) !== null) return findDemo(client, home)
  const profileUids = await ensureProfiles(client)
  const uid = (await clusterNamed(client)) ?? (await createCluster(client, profileUids))
  writeFileAtomically(home.demoFile, `${JSON.stringify({ clusterUid: uid } satisfies DemoMarker)}\n`)
  return { uid, name: demo.cluster, created: true }
}

async function clusterNamed(client: Client): Promise<string | null> {
  for await (const { metadata } of listClusters(client))
    if (metadata?.name === demo.cluster) return metadata.uid ?? null
  return null
}

async function createCluster(client: Client, profileUids: string[]): Promise<string> {
  const accountUid = await ensureAccount(client)
  const body = clusterBody(accountUid, profileUids)
  const { uid } = await client.call('POST /v1/spectroclusters/cloudTypes/{cloudType}', {
    params: { cloudType: 'local' },
    body,
  })
  return uid
}

async function ensureAccount(client: Client): Promise<string> {
  const params = { cloudType: 'local' }
  const accounts = await client.call('GET /v1/cloudaccounts/cloudTypes/{cloudType}', { params, query: { limit: 0 } })
  const existing = accounts.items?.find(({ metadata }) => metadata?.name === demo.account)?.metadata?.uid
  if (existing) return existing
  const body = { metadata: { name: demo.account }, spec: { credentials: {} } }
  return (await client.call('POST /v1/cloudaccounts/cloudTypes/{cloudType}', { params, body })).uid
}

/** The demo's profiles and the updates to try, published. Answers the uids of those the cluster starts with. */
async function ensureProfiles(client: Client): Promise<string[]> {
  const wanted = [...demo.profiles, ...demoUpdates].flatMap(({ packs }): readonly WantedPack[] => packs)
  const catalogue = await readCatalogue(client, wanted)
  const existing = (await client.call('GET /v1/dashboard/clusterprofiles/metadata')).items ?? []
  const ensure = async (profile: Parameters<typeof profileBody>[0], version: string): Promise<string> => {
    const found = existing.find(({ metadata, spec }) => metadata?.name === profile.name && spec?.version === version)
    const body = profileBody(profile, version, catalogue)
    const uid = found?.metadata?.uid ?? (await client.call('POST /v1/clusterprofiles', { body })).uid
    await client.call('PATCH /v1/clusterprofiles/{uid}/publish', { params: { uid } })
    return uid
  }
  const uids: string[] = []
  for (const profile of demo.profiles) uids.push(await ensure(profile, '1.0.0'))
  for (const update of demoUpdates) await ensure(update, update.version)
  return uids
}

type WantedPack = readonly [name: string, version: string]

/** The packs of these names and versions, as layers name them: from each registry that offers them. */
export async function readCatalogue(client: Client, wanted: readonly WantedPack[]): Promise<CatalogPack[]> {
  const filters = new Set(wanted.map(([name, version]) => `spec.name=${name}ANDspec.version=${version}`))
  // One by one: a list of many has no values.
  const found = await Promise.all([...filters].map((one) => client.call('GET /v1/packs', { query: { filters: one } })))
  return found
    .flatMap(({ items }) => items ?? [])
    .map(({ metadata, spec }) => ({
      uid: metadata?.uid ?? '',
      name: spec?.name ?? '',
      version: spec?.version ?? '',
      registryUid: spec?.registryUid ?? '',
      layer: spec?.layer ?? 'addon',
      values: spec?.values ?? '',
    }))
}
