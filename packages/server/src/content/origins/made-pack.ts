import type { FileTree } from '@atrium/pack/sources/file-tree.ts'
import { packArtifact, pushArtifact } from '@atrium/pack/sources/oci/pack-registry.ts'
import type { ReadPack } from './origin.ts'

/** A pack that is made here, of a chart or a folder: it exists as a copy only. */
export async function madePack(files: FileTree, type?: 'helm'): Promise<ReadPack> {
  const made = await packArtifact(files)
  return {
    texts: made.pack,
    digest: made.digest,
    repository: null,
    ...(type && { type }),
    copyTo: (client, repository, signal) => pushArtifact(client, repository, made.digest, made, signal),
  }
}
