import type { RegistrySpec } from '@atrium/api/kinds/registry.ts'
import { readSigningKey } from '@atrium/pack/sources/oci/cosign.ts'
import { basePathOf } from '@atrium/pack/sources/oci/pack-registry.ts'
import { authorizationOf, type RegistryClientDeps, type RegistrySecrets, registryClient } from '../registry-client.ts'
import { FolderPacks, folderAddress } from './folder-packs.ts'
import { GitPacks, gitAddress } from './git-packs.ts'
import { HelmRepository } from './helm-repository.ts'
import { OciCharts } from './oci-charts.ts'
import { OciPacks } from './oci-packs.ts'
import type { Origin } from './origin.ts'

/** How the packs of a registry are read. */
export function openOrigin(spec: RegistrySpec, secrets: RegistrySecrets, deps: RegistryClientDeps): Origin {
  const { egress } = deps
  const plain = { egress, authorization: authorizationOf(spec, secrets), caBundle: spec.caBundle }
  const git = gitAddress(spec.endpoint)
  if (git) return new GitPacks(git, plain)
  const folder = folderAddress(spec.endpoint)
  if (folder !== null) return new FolderPacks(folder, deps.packFolder ?? null)
  if (spec.type === 'helm') return new HelmRepository({ ...plain, endpoint: spec.endpoint, clock: deps.clock })
  const client = registryClient(spec, secrets, deps)
  const basePath = basePathIn(spec)
  const { signatureKey, repositories } = spec
  if (spec.oci?.provider === 'helm') return new OciCharts(client, basePath, repositories)
  return new OciPacks(client, basePath, signatureKey === undefined ? null : readSigningKey(signatureKey), repositories)
}

/** Path below the host: of the endpoint, then what the registry says beside it. */
export const basePathIn = ({ endpoint, oci }: Pick<RegistrySpec, 'endpoint' | 'oci'>): string =>
  [basePathOf(endpoint), oci?.basePath ?? '', oci?.baseContentPath ?? '']
    .map((part) => part.replace(/^\/+|\/+$/g, ''))
    .filter((part) => part !== '')
    .join('/')
