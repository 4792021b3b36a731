import type { PackSpec } from '@atrium/api/kinds/pack.ts'
import type { PackFiles } from '@atrium/pack/format/pack-files.ts'
import { readPresets, readValuesSchema } from '@atrium/pack/format/presets.ts'

/** What the catalogue keeps of a pack. Throws `PackError` when presets or schema cannot be read. */
export function packSpecOf(
  pack: PackFiles,
  place: { registryUid: string; repository: string; digest: string },
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
