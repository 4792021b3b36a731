import { canInSome, canSomewhere, type Subject } from '../../../auth/rights/subject.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { offeredGroups, type PackGroup } from '../../../content/pack-rows.ts'
import { registryNames } from '../../../content/registry-names.ts'
import type { ServerContext } from '../../../context.ts'

/**
 * Names by uid of the registries whose packs the subject sees. They belong to the whole tenant: whoever may read packs in some project
 * sees all, whoever may by tags those with such tags, and everybody of both what the installation shares.
 */
export async function visibleRegistries(
  { store, admission }: ServerContext,
  subject: Subject,
): Promise<ReadonlyMap<string, string>> {
  if (!canSomewhere(subject, 'packRegistry.get')) return new Map()
  if (canInSome(subject, 'packRegistry.get')) return registryNames(store, subject.tenant)
  const registries = await admission.run(subject, (tx) => new Catalogue(tx).registries())
  return new Map(registries.map(({ meta }) => [meta.uid, meta.name]))
}

/** Versions of each pack together, of those registries. */
export async function visibleGroups(context: ServerContext, subject: Subject): Promise<readonly PackGroup[]> {
  if (!canSomewhere(subject, 'packRegistry.get')) return []
  const groups = await offeredGroups(context.store, subject.tenant)
  if (canInSome(subject, 'packRegistry.get')) return groups
  const registries = await visibleRegistries(context, subject)
  return groups
    .map((group) => group.filter(({ spec }) => registries.has(spec.registryUid)))
    .filter((group) => group.length > 0)
}
