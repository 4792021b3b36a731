import type { ClusterProfileSpec } from '@atrium/api/kinds/cluster-profile.ts'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import { findCondition } from '@atrium/runtime/controller/conditions.ts'
import { Catalogue } from '../../../content/catalogue.ts'
import { contentCondition, contentState, staleLayers } from '../../../content/profile-content.ts'
import { invalid } from '../../invalid.ts'
import { defineOperation } from '../../operation.ts'
import { parseMeta } from '../../shapes/meta.ts'
import { checkType, checkVariablesDefined } from './checks.ts'
import { mustFetchLayers } from './fetch-layers.ts'
import { checkFit } from './fit.ts'
import { parseLayers } from './layers.ts'
import { lockProfile, parseVersion } from './load.ts'

/** Replaces the layers. Clusters keep their copy until they are given the profile anew. */
export const v1ClusterProfilesUpdate = defineOperation('v1ClusterProfilesUpdate', {
  scope: 'object',
  permission: 'clusterProfile.update',
  async handler({ subject, params, body, unknownOf }, context) {
    await mustFetchLayers(context, subject, body.spec?.template?.packs)
    return context.admission.run(subject, async (tx) => {
      const { meta, spec, conditions } = await lockProfile(tx, params.uid)
      const { template, version } = body.spec ?? {}
      if (template?.type && template.type !== spec.type) {
        throw invalid('spec.template.type', `a profile of type ${spec.type} cannot become one of type ${template.type}`)
      }
      const unknown = unknownOf('v1ClusterProfileUpdateEntity', body) ?? spec.unknown
      const changed: ClusterProfileSpec = {
        ...spec,
        version: version ? parseVersion(version, 'spec.version') : spec.version,
        ...(template?.packs && {
          layers: await parseLayers(template.packs, {
            catalogue: new Catalogue(tx),
            random: context.random,
            cloudType: spec.cloudType,
            existing: spec.layers,
            unknownOf: (layer) => unknownOf('v1PackManifestUpdateEntity', layer),
          }),
        }),
        ...(unknown && { unknown }),
      }
      checkType(changed)
      checkVariablesDefined(changed.layers, changed.variables)
      await checkFit(tx, spec, changed)
      const { name, ...given } = parseMeta(body.metadata)
      await tx.update('ClusterProfile', params.uid, {
        name: name || meta.name,
        ...(body.metadata?.labels && { labels: given.labels }),
        ...(body.metadata?.annotations && { annotations: given.annotations }),
        spec: changed,
      })
      if (findCondition(conditions, contentCondition)) {
        const stale = await staleLayers(new Catalogue(tx), changed.layers)
        const state = contentState(conditions, stale, isoNow(context.clock))
        await tx.updateStatus('ClusterProfile', params.uid, { conditions: [state] })
      }
    })
  },
})
