import type { RegistrySpec } from '@atrium/api/kinds/registry.ts'
import type { PackReader } from '@atrium/pack/confined/pack-reader.ts'
import { readSigningKey } from '@atrium/pack/sources/oci/cosign.ts'
import { basePathOf } from '@atrium/pack/sources/oci/pack-registry.ts'
import { authorizationOf, type RegistryClientDeps, type RegistrySecrets, registryClient } from '../registry-client.ts'
import { FolderPacks, folderAddress } from './folder-packs.ts'
import { GitPacks, gitAddress } from './git-packs.ts'
import { HelmRepository } from './helm-repository.ts'
import { OciCharts } from './oci-charts.ts'
import { OciPacks } from './oci-packs.ts'
import type { Origin } from './origin.ts'

export interface OriginDeps extends RegistryClientDeps {
  reader: PackReader
}

/** How the packs of a registry are read. */
export function openOrigin(spec: RegistrySpec, secrets: RegistrySecrets, deps: OriginDeps): Origin {
  const { egress, reader } = deps
  const plain = { egress, authorization: authorizationOf(spec, secrets), caBundle: spec.caBundle }
  const git = gitAddress(spec.endpoint)
  if (git) return new GitPacks(git, plain, reader)
  const folder = folderAddress(spec.endpoint)
  if (folder !== null) return new FolderPacks(folder, deps.packFolder ?? null, reader)
  if (spec.type === 'helm') return new HelmRepository({ ...plain, endpoint: spec.endpoint, reader })
  const client = registryClient(spec, secrets, deps)
  const basePath = basePathIn(spec)
  const { signatureKey, repositories } = spec
  if (spec.oci?.provider === 'helm') return new OciCharts(client, basePath, reader, repositories)
  const key = signatureKey === undefined ? null : readSigningKey(signatureKey)
  return new OciPacks(client, basePath, key, reader, repositories)
}

/** Path below the host: of the endpoint, then what the registry says beside it. */
export const basePathIn = ({ endpoint, oci }: Pick<RegistrySpec, 'endpoint' | 'oci'>): string =>
  [basePathOf(endpoint), oci?.basePath ?? '', oci?.baseContentPath ?? '']
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/')
