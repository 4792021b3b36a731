import { samplePacks } from '@atrium/dev-env/sample-packs.ts'
import { describe, expect, it } from 'vitest'
import { planLayer } from '../format/layer.ts'
import { resolveMacros } from '../format/macros.ts'
import { readPresets, readValuesSchema } from '../format/presets.ts'
import { readPackDirectory } from './directory.ts'
import { packArchive, readPackArchive } from './load.ts'

const names = await samplePacks()

describe.skipIf(names.length === 0)('published packs', () => {
  it.each(names.length > 0 ? names : ['none at hand:'])('%s loads, is packed, and plans a layer', async (directory) => {
    const { pack, archive } = await packArchive(await readPackDirectory(directory))
    const read = await readPackArchive(archive, directory)
    expect(read).toMatchObject({ manifest: pack.manifest, values: pack.values })
    readPresets(read.presets)
    readValuesSchema(read.schema)
    const resolved = resolveMacros(read.values, { lookUp: () => ({ value: '1.34.4' }) })
    expect(resolved.problems).toEqual([])
    const plan = planLayer(read, resolved.text, read.manifest.name)
    expect(plan.charts.length + plan.manifests.length).toBeGreaterThan(0)
  })
})
