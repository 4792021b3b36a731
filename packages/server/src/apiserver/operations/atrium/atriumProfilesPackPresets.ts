import { enabledPresets } from '@atrium/pack/format/apply-presets.ts'
import { defineOperation } from '../../operation.ts'
import { presetLayer, saveLayer } from '../profiles/layer-values.ts'
import { lockProfile } from '../profiles/load.ts'

/** Chooses presets of a layer's pack, one of a group. */
export const atriumProfilesPackPresets = defineOperation('atriumProfilesPackPresets', {
  scope: 'object',
  permission: 'clusterProfile.update',
  handler: ({ subject, params, body }, context) =>
    context.admission.run(subject, async (tx) => {
      const profile = await lockProfile(tx, params.uid)
      const layer = await presetLayer(tx, profile, params.packName, body.presets)
      if (body.dryRun !== true) await saveLayer(tx, profile, layer)
      const enabled = [...enabledPresets(layer.values)].map(([group, name]) => ({ group, name }))
      return { values: layer.values, enabled, saved: body.dryRun !== true }
    }),
})
