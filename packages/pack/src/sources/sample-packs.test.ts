import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { planLayer } from '../format/layer.ts'
import { resolveMacros } from '../format/macros.ts'
import { readPresets, readValuesSchema } from '../format/presets.ts'
import { listPackDirectories, readPackDirectory } from './directory.ts'
import { packArchive, readPackArchive } from './load.ts'

/** A folder of published packs; they are nobody's to commit, and lie beside the checkout where they are at hand. */
const root = process.env.ATRIUM_SAMPLE_PACKS ?? join(import.meta.dirname, '../../../../../shared/packs')
const names = existsSync(root) ? await listPackDirectories(root) : []

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
