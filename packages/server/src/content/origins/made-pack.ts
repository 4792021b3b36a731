import type { MadePack } from '@atrium/pack/confined/answer.ts'
import { NO_CONFIG } from '@atrium/pack/sources/oci/artifact.ts'
import type { ReadPack } from './origin.ts'

/** A pack that is made here, of a chart or a folder: it exists as a copy only. `archive`: the file that holds it. */
export const madePack = ({ entry, manifest, digest }: MadePack, archive: string, type?: 'helm'): ReadPack => ({
  ...{ entry, digest, repository: null },
  ...(type && { type }),
  async copyTo(client, repository, signal) {
    await client.pushBlob(repository, NO_CONFIG, signal)
    for (const layer of manifest.layers) await client.pushFile(repository, layer, archive, signal)
    await client.pushManifest(repository, digest, manifest, signal)
  },
})
