import { rootCertificates } from 'node:tls'
import type { DesiredLayer } from '@atrium/api/link/desired-state.ts'
import type { PackFiles } from '@atrium/pack/format/pack-files.ts'
import { readPackArchive } from '@atrium/pack/sources/load.ts'
import { bearerFrom } from '@atrium/pack/sources/oci/auth.ts'
import { OciClient } from '@atrium/pack/sources/oci/client.ts'
import { pullPackArchive } from '@atrium/pack/sources/oci/pack-registry.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { Egress } from '@atrium/runtime/egress/egress.ts'
import type { PackSource } from './layers/content.ts'
import type { IdentityStore, PlaneLink } from './ports.ts'
import type { ArchiveCache } from './storage/archive-cache.ts'

export interface RegistryPackSourceOptions {
  link: Pick<PlaneLink, 'registryToken'>
  identity: IdentityStore
  egress: Egress
  clock: Clock
  random: Random
  /** Survives a restart of the agent. */
  archives: ArchiveCache
}

type PackRef = NonNullable<DesiredLayer['pack']>

/** Packs kept in memory: a repair soon after an installation needs no second pull. */
const KEPT = 4

/** Pulls packs by digest from OCI registries, with a token of the plane that opens one repository for some minutes. */
export class RegistryPackSource implements PackSource {
  readonly #options: RegistryPackSourceOptions
  readonly #kept = new Map<string, PackFiles>()

  constructor(options: RegistryPackSourceOptions) {
    this.#options = options
  }

  async pull(pack: PackRef, signal: AbortSignal, token?: Secret<string>): Promise<PackFiles> {
    const kept = this.#kept.get(pack.digest)
    if (kept) return kept
    const archive = (await this.#options.archives.get(pack.digest)) ?? (await this.#pullArchive(pack, signal, token))
    const files = await readPackArchive(archive, `${pack.repository}@${pack.digest}`)
    this.#kept.set(pack.digest, files)
    for (const digest of [...this.#kept.keys()].slice(0, -KEPT)) this.#kept.delete(digest)
    return files
  }

  async #pullArchive(pack: PackRef, signal: AbortSignal, token: Secret<string> | undefined): Promise<Buffer> {
    const client = await this.#client(pack, signal, token)
    const { archive } = await pullPackArchive(client, pack.repository, pack.digest, signal)
    await this.#options.archives.put(pack.digest, archive)
    return archive
  }

  async #client(pack: PackRef, signal: AbortSignal, token: Secret<string> | undefined): Promise<OciClient> {
    const { link, identity, egress, clock, random } = this.#options
    const own = (await identity.load())?.caBundlePem
    return new OciClient({
      endpoint: pack.registry,
      egress,
      clock,
      random,
      authorize: bearerFrom(async () => token ?? (await link.registryToken(pack.repository, signal)).token),
      // The platform's registry has a certificate of the platform's CA, others one the world knows.
      ...(own ? { caBundle: [...rootCertificates, own].join('\n') } : {}),
    })
  }
}
