import { newUid } from '@atrium/runtime/base/random.ts'
import { defineOperation } from '../../operation.ts'
import { mustFit } from '../tenants/resource-limits.ts'
import { getProfile, parseVersion } from './load.ts'
import { createProfile } from './variables.ts'

/** A draft with the same layers, under another name or version. Manifests get uids of their own. */
export const v1ClusterProfilesUidClone = defineOperation('v1ClusterProfilesUidClone', {
  scope: 'object',
  permission: 'clusterProfile.create',
  async handler({ subject, params, body, project }, context) {
    await mustFit(context, subject, 'clusterprofile')
    return context.admission.run(subject, async (tx) => {
      const { meta, spec } = await getProfile(tx, params.uid)
      const { name, version, target } = body.metadata ?? {}
      const { random } = context
      const layers = spec.layers.map((layer) => ({
        ...layer,
        packUid: layer.type === 'manifest' ? newUid(random) : layer.packUid,
        manifests: layer.manifests.map((manifest) => ({ ...manifest, uid: newUid(random) })),
      }))
      const clone = {
        project: target === undefined ? project : target.scope === 'project' ? (target.projectUid ?? project) : null,
        name: name || meta.name,
        labels: meta.labels,
        annotations: meta.annotations,
        spec: { ...spec, version: parseVersion(version, 'metadata.version'), layers, published: false },
      }
      return { uid: await createProfile(tx, clone, random, meta.uid) }
    })
  },
})
