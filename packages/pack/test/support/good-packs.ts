import { join } from 'node:path'
import { newPackFiles } from '../../src/format/new-pack.ts'
import { listPackDirectories, readPackDirectory } from '../../src/sources/directory.ts'
import type { FileTree } from '../../src/sources/file-tree.ts'

/** Packs that are right: the shipped ones, and new ones with every kind of file. */
export async function goodPacks(): Promise<FileTree[]> {
  const shipped = await listPackDirectories(join(import.meta.dirname, '../../../../packs'))
  const made = (['chart', 'manifest'] as const).map((content) => {
    const files = newPackFiles({
      name: 'made',
      version: '1.0.0',
      displayName: 'Made',
      content,
      layer: 'addon',
      addonType: 'x',
    })
    for (const [path, text] of Object.entries(extras(content === 'chart' ? 'charts' : 'manifests')))
      files.set(path, new TextEncoder().encode(text))
    return files
  })
  return [...made, ...(await Promise.all(shipped.map(readPackDirectory)))]
}

const extras = (section: string): Record<string, string> => ({
  'presets.yaml': `presets:\n- name: more\n  displayName: More\n  group: Size\n  remove: ["${section}.made.replicas"]\n  add: |\n    ${section}:\n      made:\n        replicas: 3\n`,
  'schema.yaml': `${section}.made.replicas:\n  schema: '{{ required | format "\${number:[1-9]}" | hints "Pods" }}'\n`,
})
