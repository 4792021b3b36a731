import type { AtriumError } from '@atrium/runtime/base/errors.ts'
import { inParallel } from '@atrium/runtime/base/parallel.ts'
import type { StoredObject } from '@atrium/runtime/store/store.ts'
import type { Subject } from '../../../auth/rights/subject.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { packNameOf } from '../../../content/macro-scope.ts'
import { isReadOnDemand, type WantedPack } from '../../../content/on-demand.ts'
import type { ServerContext } from '../../../context.ts'
import { invalid } from '../../invalid.ts'
import { maxLayers } from './layers.ts'

type LayerInput = Record<'name', string> & { [key in 'type' | 'tag' | 'registryUid']?: string | undefined }
type Missing = WantedPack & { index: number; registry: StoredObject<'Registry'> }

const atOnce = 4

/**
 * Layers may name what a registry holds that is not synchronised. It is read here, before the profile and outside any transaction: a
 * registry may take its time. Answers why it is not to be had, by the place of the layer.
 */
export async function fetchLayers(
  context: ServerContext,
  subject: Subject,
  packs: readonly LayerInput[] | null | undefined,
): Promise<Map<number, string>> {
  const problems = new Map<number, string>()
  await inParallel(await missingOf(context, subject, packs ?? []), atOnce, async ({ index, registry, ...wanted }) => {
    const why = await context.fetchPack?.(registry, wanted)
    if (why) problems.set(index, why)
  })
  return problems
}

/** As `fetchLayers`, for a profile that is to be saved: throws `InvalidRequest` with the first reason. */
export async function mustFetchLayers(...args: Parameters<typeof fetchLayers>): Promise<void> {
  const [first] = [...(await fetchLayers(...args))].sort(([a], [b]) => a - b)
  if (first) throw notToBeHad(...first)
}

export const notToBeHad = (index: number, why: string): AtriumError => invalid(`spec.template.packs[${index}].tag`, why)

/** What was read once is in the catalogue, and stays what it is; a floating tag may stand for another version by now. */
async function missingOf(
  { admission, fetchPack }: ServerContext,
  subject: Subject,
  packs: readonly LayerInput[],
): Promise<Missing[]> {
  const named = packs
    .slice(0, maxLayers)
    .map(({ name, type, tag = '', registryUid = '' }, index) => ({
      index,
      name: packNameOf(name),
      type,
      tag,
      registryUid,
    }))
    .filter(({ type, tag, registryUid }) => type !== 'manifest' && tag !== '' && registryUid !== '')
  if (named.length === 0 || fetchPack === undefined) return []
  return admission.run(subject, async (tx) => {
    const catalogue = new Catalogue(tx)
    const registries = (await catalogue.registries()).filter(({ spec }) => isReadOnDemand(spec))
    const asked = named.flatMap(({ index, name, tag, registryUid }) => {
      const registry = registries.find(({ meta }) => meta.uid === registryUid)
      return registry ? [{ index, name, tag, registry }] : []
    })
    const known = await catalogue.packs({ name: [...new Set(asked.map(({ name }) => name))] })
    return asked.filter(
      ({ name, tag, registry }) =>
        !known.some(
          ({ meta, spec }) => meta.name === name && spec.registryUid === registry.meta.uid && spec.version === tag,
        ),
    )
  })
}
