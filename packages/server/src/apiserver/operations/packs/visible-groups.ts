import { canInSome, canSomewhere, type Subject } from '../../../auth/subject.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { offeredGroups, type PackRow } from '../../../content/pack-rows.ts'
import type { ServerContext } from '../../../context.ts'

/**
 * Versions of each pack together. Registries belong to the whole tenant: whoever may read packs in some project sees those of all,
 * whoever may by tags those of registries with such tags, and everybody of both what the installation shares.
 */
export async function visibleGroups(
  { store, admission }: ServerContext,
  subject: Subject,
): Promise<readonly (readonly PackRow[])[]> {
  if (!canSomewhere(subject, 'packRegistry.get')) return []
  const groups = await offeredGroups(store, subject.tenant)
  if (canInSome(subject, 'packRegistry.get')) return groups
  const registries = await admission.run(subject, (tx) => new Catalogue(tx).registries())
  const uids = new Set(registries.map(({ meta }) => meta.uid))
  return groups
    .map((group) => group.filter(({ spec }) => uids.has(spec.registryUid)))
    .filter((group) => group.length > 0)
}
