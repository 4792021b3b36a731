import type { Condition } from '@atrium/api/conditions.ts'
import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import { setCondition } from '@atrium/runtime/controller/conditions.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import type { Catalogue } from './catalogue.ts'
import { systemState } from './sync-plan.ts'
import { derivedUid } from './tenant.ts'

/** True while the registries offer exactly what the layers of a profile hold. */
export const contentCondition = 'ContentCurrent'

/** A layer whose content its registry does not offer any more, or not under this version. */
export interface StaleLayer {
  layer: string
  reason: 'ContentMoved' | 'ContentGone'
  message: string
}

/** Reads the packs of the layers, and says which are not what their registries offer. */
export async function staleLayers(catalogue: Catalogue, layers: readonly ProfileLayer[]): Promise<StaleLayer[]> {
  await catalogue.readPacks(layers.map(({ packUid }) => packUid))
  const found: StaleLayer[] = []
  for (const layer of layers) {
    const pack = layer.type === 'manifest' ? null : await catalogue.pack(layer.packUid)
    if (pack?.spec.replacedBy !== undefined)
      found.push({ layer: layer.name, reason: 'ContentMoved', message: moved(pack) })
    else if (pack?.spec.annotations[systemState] === 'deleted')
      found.push({ layer: layer.name, reason: 'ContentGone', message: gone(pack) })
  }
  return found
}

const called = ({ meta, spec }: StoredObject<'Pack'>): string => `${meta.name} ${spec.version}`

const moved = (pack: StoredObject<'Pack'>): string =>
  `The registry has other content under ${called(pack)} now. This layer keeps ${pack.spec.digest} until the new content is accepted (atrium profile accept).`

const gone = (pack: StoredObject<'Pack'>): string =>
  `The registry does not offer ${called(pack)} any more. This layer keeps ${pack.spec.digest}.`

/** The condition of a profile whose stale layers are these. */
export const contentState = (former: readonly Condition[], stale: readonly StaleLayer[], now: string): Condition =>
  setCondition(
    former,
    {
      type: contentCondition,
      status: stale.length === 0 ? 'True' : 'False',
      reason: stale[0]?.reason ?? 'ContentCurrent',
      message: stale
        .map(({ layer, message }) => `${layer}: ${message}`)
        .join(' ')
        .slice(0, 4000),
    },
    now,
  )

/** Tells every profile of this tenant that uses the pack that other content stands in its place. */
export async function flagProfiles(tx: Tx, pack: StoredObject<'Pack'>, replacedBy: string, now: string): Promise<void> {
  const { items } = await tx.list('ClusterProfile', { holding: { layers: [{ packUid: pack.meta.uid }] } })
  for (const { meta, spec, conditions } of items) {
    const layers = spec.layers.filter(({ packUid }) => packUid === pack.meta.uid)
    const stale = layers.map(({ name }): StaleLayer => ({ layer: name, reason: 'ContentMoved', message: moved(pack) }))
    await tx.updateStatus('ClusterProfile', meta.uid, { conditions: [contentState(conditions, stale, now)] })
    const ref = { kind: 'ClusterProfile', uid: meta.uid }
    const id = derivedUid('content-moved', meta.uid, pack.meta.uid, replacedBy)
    await tx.appendEvents(ref, [
      {
        id,
        at: now,
        severity: 'Warning',
        reason: 'ContentMoved',
        message: moved(pack),
        involved: `Layer ${layers.map(({ name }) => name).join(', ')}`,
        source: 'content',
      },
    ])
  }
}
