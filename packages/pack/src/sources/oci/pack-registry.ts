import type { PackFiles } from '../../format/pack-files.ts'
import type { FileTree } from '../file-tree.ts'
import { packLimits } from '../limits.ts'
import { readPackArchive } from '../load.ts'
import { NO_CONFIG, type PackArtifact, packArtifact } from './artifact.ts'
import type { FoundManifest, OciClient } from './client.ts'
import { type Descriptor, OciError } from './types.ts'

/** Folder below a registry's base path that holds packs. */
const PACK_FOLDER = 'spectro-packs/archive'

/** `<base>/spectro-packs/archive/<pack>`; repository names are lower case, pack names may not be. */
export function packRepository(basePath: string, packName: string): string {
  const base = basePath.replace(/^\/+|\/+$/g, '')
  return [base, PACK_FOLDER, packName.toLowerCase()].filter((part) => part !== '').join('/')
}

/** Base path of an endpoint: `https://host/a/b/` → `a/b`. */
export const basePathOf = (endpoint: string): string => new URL(endpoint).pathname.replace(/^\/+|\/+$/g, '')

/** Repositories of packs below a base path, among all of a registry. */
export function packRepositories(repositories: readonly string[], basePath: string): string[] {
  const prefix = packRepository(basePath, '').replace(/\/?$/, '/')
  return repositories.filter((name) => name.startsWith(prefix) && !name.slice(prefix.length).includes('/'))
}

/** Tags know no `+`; like helm, we write `_` for it. */
export const tagOf = (version: string): string => version.replaceAll('+', '_')

/** A pack as a registry holds it. */
export interface PulledPack {
  pack: PackFiles
  /** Digest of the manifest: names exactly this content. */
  digest: string
}

/** A pack's archive as a registry holds it. */
export interface PulledArchive {
  archive: Buffer
  /** Digest of the archive itself. */
  archiveDigest: string
  /** Digest of the manifest: names exactly this content. */
  digest: string
}

/** The manifest of a pack by tag or digest, and its one layer. Throws `OciError` when it is no pack, or too large. */
export async function packLayerOf(
  client: OciClient,
  repository: string,
  reference: string,
  signal?: AbortSignal,
): Promise<FoundManifest & { layer: Descriptor }> {
  const found = await client.manifest(repository, reference, signal)
  if (found === null) throw new OciError(404, `the registry lacks ${repository} ${reference}`)
  const [layer, ...others] = found.manifest.layers
  if (layer === undefined || others.length > 0)
    throw new OciError(0, `${repository} ${reference} is no pack: it must have one layer`)
  if (layer.size > packLimits.archiveBytes) {
    throw new OciError(0, `${repository} ${reference} has ${layer.size} bytes; ${packLimits.archiveBytes} are allowed`)
  }
  return { ...found, layer }
}

/** The archive of a pack by tag or digest, every byte checked against its digest. Throws `OciError`. */
export async function pullPackArchive(
  client: OciClient,
  repository: string,
  reference: string,
  signal?: AbortSignal,
): Promise<PulledArchive> {
  const { layer, digest } = await packLayerOf(client, repository, reference, signal)
  const archive = await client.blob(repository, layer, signal)
  return { archive, archiveDigest: layer.digest, digest }
}

/** A pack by tag or digest. Throws `OciError` or `PackError`. */
export async function pullPack(
  client: OciClient,
  repository: string,
  reference: string,
  signal?: AbortSignal,
): Promise<PulledPack> {
  const { archive, digest } = await pullPackArchive(client, repository, reference, signal)
  return { pack: await readPackArchive(archive, `${repository}:${reference}`), digest }
}

/** Stores a pack in a repository under a tag or its digest. */
export async function pushArtifact(
  client: OciClient,
  repository: string,
  reference: string,
  { archive, manifest }: Pick<PackArtifact, 'archive' | 'manifest'>,
  signal?: AbortSignal,
): Promise<void> {
  await client.pushBlob(repository, NO_CONFIG, signal)
  await client.pushBlob(repository, archive, signal)
  await client.pushManifest(repository, reference, manifest, signal)
}

/** Pushes a pack under its version, as `oras push` lays it out. Nothing is sent when the registry has the same content under that tag. */
export async function pushPack(
  client: OciClient,
  basePath: string,
  files: FileTree,
  signal?: AbortSignal,
): Promise<{ repository: string; digest: string; name: string; version: string; pushed: boolean }> {
  const made = await packArtifact(files)
  const { name, version } = made.pack.manifest
  const repository = packRepository(basePath, name)
  const tag = tagOf(version)
  const pushed = (await client.digest(repository, tag, signal)) !== made.digest
  if (pushed) await pushArtifact(client, repository, tag, made, signal)
  return { repository, digest: made.digest, name, version, pushed }
}
