import type { RegistrySpec } from '@atrium/api/kinds/registry.ts'
import { PackError } from '@atrium/pack/format/problems.ts'
import { OciError } from '@atrium/pack/sources/oci/types.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { Origin } from './origins/origin.ts'
import { readOffer, type SyncDeps } from './registry-sync.ts'
import { isOffered } from './sync-plan.ts'
import { contentActor } from './tenant.ts'

/** What a layer names of a registry. */
export interface WantedPack {
  name: string
  tag: string
}

/** A registry that is not synchronised: what layers name is read from it when they name it. */
export const isReadOnDemand = ({ isSyncOff, oci }: RegistrySpec): boolean =>
  isSyncOff === true && oci?.provider !== 'zarf'

/** Whoever asked while another one read it comes when it is there. */
async function isKnown({ store }: SyncDeps, { meta }: StoredObject<'Registry'>, wanted: WantedPack): Promise<boolean> {
  const where = { registryUid: meta.uid, name: wanted.name, version: wanted.tag }
  const { items } = await store.transaction(meta.tenant, contentActor, (tx) => tx.list('Pack', { where }))
  return items.some(isOffered)
}

/** Puts what is wanted into the catalogue. Answers why it is not to be had; null once it is there. */
export async function readWanted(
  deps: SyncDeps,
  registry: StoredObject<'Registry'>,
  origin: Origin,
  wanted: WantedPack,
  signal: AbortSignal,
): Promise<string | null> {
  if (await isKnown(deps, registry, wanted)) return null
  const { name, tag } = wanted
  const nowhere = `registry '${registry.meta.name}', which is not synchronised, has no '${name}' ${tag}`
  try {
    const offer = await origin.find?.(name, tag, signal)
    if (!offer) return nowhere
    await readOffer(deps, registry, origin, offer, signal)
    return null
  } catch (error) {
    // Another server read it at the same moment.
    if (error instanceof AtriumError && error.code === 'DuplicateName') return null
    if (error instanceof PackError || error instanceof OciError) return `${nowhere}: ${error.message}`
    throw error
  }
}
