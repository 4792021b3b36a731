import type { PackFiles } from '../../format/pack-files.ts'
import type { FileTree } from '../file-tree.ts'
import { packArchive } from '../load.ts'
import { digestOf, mediaTypes, type OciManifest } from './types.ts'

/** The config of a pack's manifest. */
export const NO_CONFIG = Buffer.from('{}')
const TITLE = 'org.opencontainers.image.title'

/** What is pushed for a pack: its archive, and the manifest that names it. */
export interface PackArtifact {
  pack: PackFiles
  archive: Buffer
  manifest: OciManifest
  /** Of the manifest. */
  digest: string
}

/** Throws `PackError` when the files are no pack. */
export async function packArtifact(files: FileTree): Promise<PackArtifact> {
  const { pack, archive } = await packArchive(files)
  const { name, version } = pack.manifest
  const manifest = packManifest(`${name}-${version}.tar.gz`, archive)
  return { pack, archive, manifest, digest: digestOf(Buffer.from(JSON.stringify(manifest))) }
}

function packManifest(title: string, archive: Buffer): OciManifest {
  return {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.unknownConfig, digest: digestOf(NO_CONFIG), size: NO_CONFIG.length },
    layers: [
      { mediaType: mediaTypes.layer, digest: digestOf(archive), size: archive.length, annotations: { [TITLE]: title } },
    ],
  }
}
