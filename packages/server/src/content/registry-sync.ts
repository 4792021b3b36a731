import { PackError, packError } from '@atrium/pack/format/problems.ts'
import type { OciClient } from '@atrium/pack/sources/oci/client.ts'
import {
  basePathOf,
  packRepositories,
  packRepository,
  pullPack,
  tagOf,
} from '@atrium/pack/sources/oci/pack-registry.ts'
import { OciError } from '@atrium/pack/sources/oci/types.ts'
import type { ReconcileRequest } from '@atrium/runtime/controller/reconciler.ts'
import type { Store, StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { packSpecOf } from './pack-spec.ts'
import { planSync, type RemotePack, systemState } from './sync-plan.ts'
import { contentActor, derivedUid } from './tenant.ts'

export interface SyncResult {
  packs: number
  changed: number
  /** One line for each pack that cannot be used, with the reason. */
  problems: string[]
}

const maxPacks = 5000
/** One connection that breaks may be that pack's; a registry that is gone is not asked for thousands. */
const maxUnreachable = 3

/** Makes the catalogue of one registry equal to what the registry holds. One broken pack stops nothing but itself. */
export async function syncRegistry(
  store: Store,
  registry: StoredObject<'Registry'>,
  client: OciClient,
  { claim, signal }: Pick<ReconcileRequest, 'claim' | 'signal'>,
): Promise<SyncResult> {
  const { tenant, uid } = registry.meta
  const write: Write = (work) => store.transaction(tenant, contentActor, work, claim)
  const problems: string[] = []
  const remote = await listRemote(client, basePathOf(registry.spec.endpoint), problems, signal)
  const known = await store.transaction(tenant, contentActor, (tx) => tx.list('Pack', { where: { registryUid: uid } }))
  const plan = planSync(remote, known.items)
  const unreachable: string[] = []
  for (const pack of plan.read) {
    signal.throwIfAborted()
    await readPack(write, registry, client, pack, signal).catch((error: unknown) => {
      const isUnreachable = error instanceof OciError && error.isUnreachable
      ;(isUnreachable ? unreachable : problems).push(explain(pack, error))
    })
    if (unreachable.length >= maxUnreachable) break
  }
  for (const packUid of plan.vanished) await write((tx) => markPack(tx, packUid, 'deleted'))
  for (const packUid of plan.returned) await write((tx) => markPack(tx, packUid, null))
  if (unreachable.length > 0) throw new OciError(0, `packs could not be read: ${unreachable.join('; ')}`)
  const changed = plan.read.length + plan.vanished.length + plan.returned.length
  return { packs: remote.length, changed, problems }
}

/** One transaction of the run, which holds while no other worker reads this registry. */
type Write = (work: (tx: Tx) => Promise<void>) => Promise<void>

async function listRemote(
  client: OciClient,
  basePath: string,
  problems: string[],
  signal: AbortSignal,
): Promise<RemotePack[]> {
  const found: RemotePack[] = []
  for (const repository of packRepositories(await client.repositories(signal), basePath)) {
    for (const tag of (await client.tags(repository, signal)) ?? []) {
      if (found.length >= maxPacks) {
        problems.push(`only the first ${maxPacks} packs are read`)
        return found
      }
      const manifest = await client.manifest(repository, tag, signal)
      if (manifest !== null) found.push({ repository, tag, digest: manifest.digest })
    }
  }
  return found
}

async function readPack(
  write: Write,
  registry: StoredObject<'Registry'>,
  client: OciClient,
  remote: RemotePack,
  signal: AbortSignal,
): Promise<void> {
  const { repository, digest } = remote
  const { pack } = await pullPack(client, repository, digest, signal)
  const { name, version } = pack.manifest
  if (packRepository(basePathOf(registry.spec.endpoint), name) !== repository || tagOf(version) !== remote.tag) {
    throw packError(
      'pack.json',
      `says ${name} ${version}, which belongs elsewhere: name and version must equal repository and tag`,
    )
  }
  const spec = packSpecOf(pack, { registryUid: registry.meta.uid, repository, digest })
  const uid = derivedUid('pack', registry.meta.uid, name, version)
  await write(async (tx) => {
    const existing = await tx.get('Pack', uid)
    if (existing === null) {
      const owner = { kind: 'Registry', uid: registry.meta.uid }
      await tx.create({ kind: 'Pack', uid, project: registry.meta.project, name, owner, spec })
    } else await tx.update('Pack', uid, { spec })
  })
}

async function markPack(tx: Tx, uid: string, state: 'deleted' | null): Promise<void> {
  const pack = await tx.get('Pack', uid)
  if (pack === null) return
  const { [systemState]: _former, ...annotations } = pack.spec.annotations
  await tx.update('Pack', uid, {
    spec: { ...pack.spec, annotations: state === null ? annotations : { ...annotations, [systemState]: state } },
  })
}

/** Only what says something about the pack is kept; anything else is a failure of the whole run. */
function explain(pack: RemotePack, error: unknown): string {
  if (error instanceof PackError || (error instanceof OciError && error.status < 500)) {
    return `${pack.repository}:${pack.tag}: ${error.message}`.slice(0, 1000)
  }
  throw error
}
