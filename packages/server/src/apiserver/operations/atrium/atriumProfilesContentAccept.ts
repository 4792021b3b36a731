import { isoNow } from '@atrium/runtime/base/clock.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { contentState } from '../../../content/profile-content.ts'
import { defineOperation } from '../../operation.ts'
import { checkFit } from '../profiles/fit.ts'
import { lockProfile } from '../profiles/load.ts'

/** Takes the content that the registries offer now under the same versions: for layers whose tag was moved. Clusters keep their copy until they are given the profile anew. */
export const atriumProfilesContentAccept = defineOperation('atriumProfilesContentAccept', {
  scope: 'object',
  permission: 'clusterProfile.update',
  handler: ({ subject, params }, context) =>
    context.admission.run(subject, async (tx) => {
      const profile = await lockProfile(tx, params.uid)
      const catalogue = new Catalogue(tx)
      const accepted: string[] = []
      const layers = []
      for (const layer of profile.spec.layers) {
        const pack = layer.type === 'manifest' ? null : await catalogue.current(layer.packUid)
        if (pack === null || pack.meta.uid === layer.packUid) layers.push(layer)
        else {
          layers.push({ ...layer, packUid: pack.meta.uid, digest: pack.spec.digest })
          accepted.push(layer.name)
        }
      }
      if (accepted.length > 0) {
        await checkFit(tx, profile.spec, { ...profile.spec, layers })
        await tx.update('ClusterProfile', params.uid, { spec: { ...profile.spec, layers } })
        const conditions = [contentState(profile.conditions, [], isoNow(context.clock))]
        await tx.updateStatus('ClusterProfile', params.uid, { conditions })
      }
      return { layers: accepted }
    }),
})
