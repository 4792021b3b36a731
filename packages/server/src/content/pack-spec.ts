import type { PackSpec } from '@atrium/api/kinds/pack.ts'
import { readPresets, readValuesSchema } from '@atrium/pack/format/presets.ts'
import type { PackTexts } from '@atrium/pack/sources/load.ts'

/** What the catalogue keeps of a pack. Throws `PackError` when presets or schema cannot be read. */
export function packSpecOf(
  pack: PackTexts,
  place: Pick<PackSpec, 'registryUid' | 'repository' | 'digest' | 'type' | 'source'>,
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
    presets: readPresets(pack.presets),
    schema: pack.schema === '' ? null : readValuesSchema(pack.schema),
    annotations: manifest.annotations,
    constraints: manifest.constraints,
  }
}
