import type { Tx } from '@atrium/runtime/store/store.ts'

/** Which of these packs of one registry layers of this tenant hold, or agents still run. */
export async function packsInUse(tx: Tx, registryUid: string, uids: readonly string[]): Promise<string[]> {
  if (uids.length === 0) return []
  const { items } = await tx.listBrief('Cluster')
  // An agent keeps what it runs until it has the next desired state, which may be long after its cluster declares it.
  const running = new Set(items.flatMap(({ status }) => (status.layers ?? []).map(({ packUid }) => packUid)))
  const isInAny = await isHeld(tx, { registryUid })
  const used: string[] = []
  for (const uid of uids) if (running.has(uid) || (isInAny && (await isHeld(tx, { packUid: uid })))) used.push(uid)
  return used
}

async function isHeld(tx: Tx, layer: { registryUid: string } | { packUid: string }): Promise<boolean> {
  const layers = [layer]
  const profiles = await tx.listBrief('ClusterProfile', { holding: { layers }, limit: 1 })
  if (profiles.items.length > 0) return true
  return (await tx.listBrief('Cluster', { holding: { profiles: [{ layers }] }, limit: 1 })).items.length > 0
}
