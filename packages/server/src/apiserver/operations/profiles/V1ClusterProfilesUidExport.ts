import { stringify } from 'yaml'
import { defineOperation } from '../../operation.ts'
import { getProfile } from './load.ts'
import { viewLayer, viewVariable } from './views.ts'

/** The whole profile as a file, manifests with their contents; defaults of sensitive variables are masked. */
export const V1ClusterProfilesUidExport = defineOperation('V1ClusterProfilesUidExport', {
  scope: 'object',
  permission: 'clusterProfile.get',
  handler: ({ subject, params, query }, context) =>
    context.admission.run(subject, async (tx) => {
      const { meta, spec } = await getProfile(tx, params.uid)
      const packs = spec.layers.map((layer) => ({
        ...viewLayer(layer),
        manifests: layer.manifests.map(({ name, content }) => ({ name, content })),
      }))
      const file = {
        metadata: { name: meta.name, labels: meta.labels, annotations: meta.annotations },
        spec: {
          version: spec.version,
          template: { cloudType: spec.cloudType, type: spec.type, packs },
          variables: spec.variables.map(viewVariable),
        },
      }
      return Buffer.from(query.format === 'yaml' ? stringify(file) : JSON.stringify(file, null, 2))
    }),
})
