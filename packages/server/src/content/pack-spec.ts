import type { PackSpec } from '@atrium/api/kinds/pack.ts'
import type { PackEntry } from '@atrium/pack/sources/summary.ts'

/** What the catalogue keeps of a pack. */
export function packSpecOf(
  pack: PackEntry,
  place: Pick<PackSpec, 'registryUid' | 'repository' | 'digest' | 'type' | 'source' | 'logo'>,
): PackSpec {
  const { manifest } = pack
  return {
    ...place,
    version: manifest.version,
    displayName: manifest.displayName,
    layer: manifest.layer,
    addonType: manifest.addonType,
    cloudTypes: manifest.cloudTypes,
    values: pack.values,
    readme: pack.readme,
    presets: pack.presets,
    schema: pack.schema,
    annotations: manifest.annotations,
    constraints: manifest.constraints,
  }
}
