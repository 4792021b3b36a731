import { invalid } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { fetchLayers } from '../profiles/fetch-layers.ts'
import { saveLayer, upgradeLayer } from '../profiles/layer-values.ts'
import { getProfile, layerOf, lockProfile } from '../profiles/load.ts'

/** Another version of a layer's pack, its values merged. Conflicts that nobody decided are told, and nothing is stored. */
export const atriumProfilesPackUpgrade = defineOperation('atriumProfilesPackUpgrade', {
  scope: 'object',
  permission: 'clusterProfile.update',
  async handler({ subject, params, body }, context) {
    const former = await context.admission.run(subject, async (tx) =>
      layerOf(await getProfile(tx, params.uid), params.packName),
    )
    const why = (await fetchLayers(context, subject, [{ ...former, tag: body.tag }])).get(0)
    if (why) throw invalid('tag', why)
    return context.admission.run(subject, async (tx) => {
      const profile = await lockProfile(tx, params.uid)
      const upgraded = await upgradeLayer(tx, profile, params.packName, body, context.random)
      const { layer, text, taken, conflicts } = upgraded
      const saved = body.dryRun !== true && (conflicts.length === 0 || body.prefer !== undefined)
      if (saved) await saveLayer(tx, profile, layer)
      const from = layerOf(profile, params.packName).version
      return { from, to: layer.version, packUid: layer.packUid, values: text, taken, conflicts, saved }
    })
  },
})
