import type { v1PackManifestUpdateEntity } from '@atrium/api/generated/operations.d.ts'
import { readRegistries } from '../../resources/content.ts'
import type { Scope } from '../scope.ts'

export type ProfileLayerSpec = {
  name: string
  type?: 'spectro' | 'helm' | 'oci' | 'manifest'
  /** Of manifest layers; a pack tells its own. */
  layer?: 'os' | 'k8s' | 'cni' | 'csi' | 'addon'
  version?: string
  registry?: string
  values?: string
  manifests?: { name: string; content: string }[]
}

/** Layers as the API takes them: registries by uid. */
export async function sentLayers(
  { client }: Scope,
  layers: readonly ProfileLayerSpec[],
): Promise<v1PackManifestUpdateEntity[]> {
  const registries = await readRegistries(client)
  const uidOf = (registry: string, index: number): string => {
    const uid = registries.find(({ name }) => name === registry)?.uid
    if (uid !== undefined) return uid
    const names = registries.map(({ name }) => name).join(', ')
    throw new Error(
      `spec.layers[${index}].registry: there is no registry '${registry}'. There are: ${names || 'none'}.`,
    )
  }
  return layers.map(({ name, type, layer, version, registry, values, manifests }, index) => ({
    ...{ name, type: type ?? 'spectro', values: values ?? '', manifests: manifests ?? [] },
    ...(layer && { layer }),
    ...(version !== undefined && { tag: version }),
    ...(registry !== undefined && { registryUid: uidOf(registry, index) }),
    ...(type === 'manifest' && { uid: 'spectro-manifest-pack' }),
  }))
}
