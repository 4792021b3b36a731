import { listPackDirectories, readPackDirectory } from '@atrium/pack/sources/directory.ts'
import type { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { basePathOf, pushPack } from '@atrium/pack/sources/oci/pack-registry.ts'

export interface PushedPack {
  name: string
  version: string
  repository: string
  digest: string
  /** False when the registry had the same content already. */
  pushed: boolean
}

/** Pushes every pack below `directory` to the registry. Repeating it sends nothing. Throws `PackError` or `OciError` at the first that fails. */
export async function pushShippedPacks(
  directory: string,
  registry: { url: string; client: OciClient },
  signal?: AbortSignal,
): Promise<PushedPack[]> {
  const pushed: PushedPack[] = []
  for (const folder of await listPackDirectories(directory)) {
    const files = await readPackDirectory(folder)
    pushed.push(await pushPack(registry.client, basePathOf(registry.url), files, signal))
  }
  return pushed
}
