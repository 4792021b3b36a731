import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PackSpec } from '@atrium/api/kinds/pack.ts'
import type { PackProblem, PackProblemCode, RegistryStatus } from '@atrium/api/kinds/registry.ts'
import { PackError, packError } from '@atrium/pack/format/problems.ts'
import type { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { keyDigest } from '@atrium/pack/sources/oci/cosign.ts'
import { OciError } from '@atrium/pack/sources/oci/types.ts'
import { type Clock, isoNow } from '@atrium/runtime/base/clock.ts'
import { AtriumError, messageOf } from '@atrium/runtime/base/errors.ts'
import { inParallel } from '@atrium/runtime/base/parallel.ts'
import { ConfinedError } from '@atrium/runtime/confined/error.ts'
import type { ReconcileRequest } from '@atrium/runtime/controller/reconciler.ts'
import type { Store, StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { keptRepository } from './kept.ts'
import { logoOf } from './logos.ts'
import type { Offer, Origin, ReadPack } from './origins/origin.ts'
import { type PackRow, packRows } from './pack-rows.ts'
import { packSpecOf } from './pack-spec.ts'
import { flagProfiles } from './profile-content.ts'
import { isOffered, planSync, sourceOf, systemState, withdrawn } from './sync-plan.ts'
import { contentActor, derivedUid } from './tenant.ts'

type SyncStatus = NonNullable<RegistryStatus['sync']>
export type SyncResult = Required<Pick<SyncStatus, 'counts' | 'problems' | 'mark'>>

export interface SyncDeps {
  store: Store
  clock: Clock
  /** The platform's registry, which keeps a copy of what is read; null for packs that stay where they are. */
  keeper: OciClient | null
}

/** One connection that breaks may be that pack's; a registry that is gone is not asked for thousands. */
const maxUnreachable = 3
const readAtOnce = 4
const maxProblems = 200

/** Makes the catalogue of one registry equal to what the registry offers. One broken pack stops nothing but itself; a run that was cut off goes on with what is missing. */
export async function syncRegistry(
  deps: SyncDeps,
  registry: StoredObject<'Registry'>,
  origin: Origin,
  { claim, signal }: Pick<ReconcileRequest, 'claim' | 'signal'>,
): Promise<SyncResult> {
  const { meta, spec, status } = registry
  const former = status.sync?.generation === meta.generation ? status.sync : undefined
  const listing = await origin.list(former?.mark ?? null, signal)
  if (listing === 'unchanged' && former?.counts) {
    const { counts, problems = [], mark = null } = former
    return { counts: { ...counts, changed: 0, moved: 0 }, problems, mark }
  }
  if (listing === 'unchanged') throw new OciError(0, 'the registry says that nothing changed since nothing was read')
  const known = (await packRows(deps.store, meta.tenant)).ofRegistry(meta.uid)
  // Content that comes back after its pack was given up is a pack of its own.
  const rows = known.filter((row) => row.meta.deletedAt === null)
  const signedBy = spec.signatureKey === undefined ? undefined : keyDigest(spec.signatureKey)
  const plan = planSync(listing.offers, rows, { problems: former?.problems, signedBy })
  const run = new SyncRun(deps, registry, rows, listing.offers, claim)
  for (const uid of plan.vanished) await run.withdraw(uid)
  const unreachable: string[] = []
  const problems = [...plan.stillBroken]
  await inParallel(plan.read, readAtOnce, async (offer) => {
    if (unreachable.length >= maxUnreachable) return
    signal.throwIfAborted()
    await run.read(origin, offer, signedBy, signal).catch((error: unknown) => {
      const problem = explain(offer, error)
      if (error instanceof OciError && error.isUnreachable) unreachable.push(`${problem.place}: ${problem.message}`)
      else problems.push(problem)
    })
  })
  for (const uid of plan.returned) await run.stand(uid)
  if (unreachable.length > 0) throw new OciError(0, `packs could not be read: ${unreachable.join('; ')}`)
  const usable = listing.offers.length - problems.length
  problems.push(...(listing.missing ?? []))
  const counts = {
    offered: listing.offers.length,
    usable,
    changed: plan.read.length + plan.vanished.length + plan.returned.length,
    moved: run.moved,
    failed: problems.length,
    leftOut: listing.leftOut,
  }
  return { counts, problems: problems.slice(0, maxProblems), mark: listing.mark }
}

/** Reads one offer into the catalogue, as a sync does. */
export async function readOffer(
  deps: SyncDeps,
  registry: StoredObject<'Registry'>,
  origin: Origin,
  offer: Offer,
  signal: AbortSignal,
): Promise<void> {
  const { meta, spec } = registry
  const rows = (await packRows(deps.store, meta.tenant))
    .ofRegistry(meta.uid)
    .filter((row) => row.meta.deletedAt === null)
  const signedBy = spec.signatureKey === undefined ? undefined : keyDigest(spec.signatureKey)
  await new SyncRun(deps, registry, rows, [offer]).read(origin, offer, signedBy, signal)
}

/** What one run writes, each pack in a transaction of its own that, with a claim, holds while no other worker reads this registry. */
class SyncRun {
  moved = 0
  readonly #deps: SyncDeps
  readonly #registry: StoredObject<'Registry'>
  readonly #rows: readonly PackRow[]
  readonly #places: ReadonlySet<string>
  readonly #claim: ReconcileRequest['claim'] | undefined

  constructor(
    deps: SyncDeps,
    registry: StoredObject<'Registry'>,
    rows: readonly PackRow[],
    offers: readonly Offer[],
    claim?: ReconcileRequest['claim'],
  ) {
    this.#deps = deps
    this.#registry = registry
    this.#rows = rows
    this.#places = new Set(offers.map(({ place }) => place))
    this.#claim = claim
  }

  async read(origin: Origin, offer: Offer, signedBy: string | undefined, signal: AbortSignal): Promise<void> {
    const { meta } = this.#registry
    await using folder = await mkdtempDisposable(join(tmpdir(), 'atrium-pack-'))
    const pack = await origin.read(offer, folder.path, signal)
    const { name, version } = pack.entry.manifest
    this.#mustBeAlone(offer, name, version)
    const place = await this.#keep(pack, name, signal)
    const source = { place: offer.place, mark: offer.mark, ...(signedBy && { signedBy }) }
    const isOwnSource = place.isCopy || signedBy !== undefined
    const logo = logoOf(pack.entry)
    await this.#write(async (tx) => {
      const spec = packSpecOf(pack.entry, {
        registryUid: meta.uid,
        repository: place.repository,
        digest: pack.digest,
        ...(pack.type && { type: pack.type }),
        ...(isOwnSource && { source }),
        ...(logo && { logo: await tx.putBlob(logo) }),
      })
      const uid = await this.#put(tx, name, spec)
      await this.#replaceOthers(tx, offer.place, uid)
    })
  }

  /** It stands at its place: the registry offers it, and whatever stood there is replaced by it. */
  stand(uid: string): Promise<void> {
    return this.#write(async (tx) => {
      const pack = await tx.get('Pack', uid)
      if (pack === null) return
      const { replacedBy: _former, ...spec } = pack.spec
      const { [systemState]: _state, ...annotations } = spec.annotations
      await tx.update('Pack', uid, { spec: { ...spec, annotations } })
      await this.#replaceOthers(tx, sourceOf(pack).place, uid)
    })
  }

  withdraw(uid: string): Promise<void> {
    return this.#write(async (tx) => {
      const pack = await tx.get('Pack', uid)
      if (pack === null) return
      await tx.update('Pack', uid, { spec: withdrawn(pack.spec) })
    })
  }

  /** The first content of a version has a uid of its own; each other content another one, beside it. */
  async #put(tx: Tx, name: string, spec: PackSpec): Promise<string> {
    const { uid: registryUid, project } = this.#registry.meta
    const { version, digest } = spec
    const row = this.#rows.find(
      ({ meta, spec: held }) => meta.name === name && held.version === version && held.digest === digest,
    )
    const { uid, isNew } = row ? { uid: row.uid, isNew: false } : await freeUid(tx, registryUid, name, spec)
    const owner = { kind: 'Registry', uid: registryUid }
    if (isNew) await tx.create({ kind: 'Pack', uid, project, name, owner, spec })
    else await tx.update('Pack', uid, { spec })
    return uid
  }

  async #replaceOthers(tx: Tx, place: string, uid: string): Promise<void> {
    const others = this.#rows.filter((row) => row.uid !== uid && sourceOf(row).place === place && isOffered(row))
    for (const other of others) {
      const pack = await tx.get('Pack', other.uid)
      if (pack === null) continue
      await tx.update('Pack', other.uid, { spec: { ...pack.spec, replacedBy: uid } })
      await flagProfiles(tx, pack, uid, isoNow(this.#deps.clock))
      this.moved += 1
    }
  }

  /** Two places with one name and version would take turns. */
  #mustBeAlone({ place }: Offer, name: string, version: string): void {
    const twin = this.#rows.find(
      (row) =>
        row.meta.name === name &&
        row.spec.version === version &&
        isOffered(row) &&
        sourceOf(row).place !== place &&
        this.#places.has(sourceOf(row).place),
    )
    if (twin) throw packError('pack.json', `says ${name} ${version}, which is at ${sourceOf(twin).place} too`)
  }

  async #keep(pack: ReadPack, name: string, signal: AbortSignal): Promise<{ repository: string; isCopy: boolean }> {
    const { keeper } = this.#deps
    if (keeper === null) {
      if (pack.repository !== null) return { repository: pack.repository, isCopy: false }
      throw new OciError(0, 'this installation has no registry of its own, which charts and folders are kept in')
    }
    const { tenant, uid } = this.#registry.meta
    const repository = keptRepository(tenant, uid, name)
    await pack.copyTo(keeper, repository, signal)
    return { repository, isCopy: true }
  }

  #write(work: (tx: Tx) => Promise<void>): Promise<void> {
    return this.#deps.store.transaction(this.#registry.meta.tenant, contentActor, work, this.#claim)
  }
}

/** The same on every server: of the version, then of its digest, then of the moment at which a pack of that uid was given up. */
async function freeUid(
  tx: Tx,
  registryUid: string,
  name: string,
  { version, digest }: PackSpec,
): Promise<{ uid: string; isNew: boolean }> {
  for (const parts = ['pack', registryUid, name, version]; ; ) {
    const uid = derivedUid(...parts)
    const known = await tx.get('Pack', uid)
    if (known === null) return { uid, isNew: true }
    if (known.meta.deletedAt === null && known.spec.digest === digest) return { uid, isNew: false }
    parts.push(known.meta.deletedAt ?? digest)
  }
}

/** Only what says something about the pack is kept; anything else is a failure of the whole run. */
function explain({ place, mark }: Offer, error: unknown): PackProblem {
  const code = codeOf(error)
  if (code === null) throw error
  return { code, place, mark, message: messageOf(error).slice(0, 1000) }
}

function codeOf(error: unknown): PackProblemCode | null {
  if (error instanceof PackError) return error.cause instanceof ConfinedError ? 'PackLimitBroken' : 'PackInvalid'
  // What the database does not take: a text with a zero character, a word too long to be looked for.
  if (error instanceof AtriumError && error.code === 'InvalidRequest') return 'PackInvalid'
  return error instanceof OciError && error.status < 500 ? 'PackUnavailable' : null
}
