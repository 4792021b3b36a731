import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { KubeClient } from '@atrium/kube/client.ts'
import { isRecord, type KubeObject, type KubeRef } from '@atrium/kube/object.ts'
import { CREATED_BY, FIELD_MANAGER } from '../names.ts'
import type { ReleaseName } from './helm.ts'

/** One revision of a release, as the labels of helm's Secret tell. */
export interface Revision {
  revision: number
  /** Helm's word: `deployed`, `superseded`, `failed`, `pending-install`, `pending-upgrade`, `pending-rollback`, `uninstalling`. */
  status: string
  /** RFC 3339. */
  createdAt: string
  /** The agent made it, or helm made it from one that the agent made: known also when the agent's records are lost. */
  ours: boolean
}

/** What helm stored with a revision: what was applied, not what a new rendering would give. */
export interface StoredRelease {
  /** Text of the manifest. */
  manifest: string
  /** Text of the hooks, one object each. */
  hooks: string[]
}

const MANIFEST_BYTES = 64 * 1024 * 1024
const unzip = promisify(gunzip)

/** Where helm keeps a revision. */
export const secretRef = (release: ReleaseName, revision: number): KubeRef => ({
  apiVersion: 'v1',
  kind: 'Secret',
  namespace: release.namespace,
  name: `sh.helm.release.v1.${release.name}.v${revision}`,
})

/** All kept revisions, oldest first; empty when the release does not exist. */
export async function listRevisions(client: KubeClient, release: ReleaseName): Promise<Revision[]> {
  const { items } = await client.list({
    apiVersion: 'v1',
    kind: 'Secret',
    namespace: release.namespace,
    labelSelector: `owner=helm,name=${release.name}`,
    metadataOnly: true,
  })
  return items.map(revisionOf).sort((a, b) => a.revision - b.revision)
}

const revisionOf = (secret: KubeObject): Revision => ({
  revision: Number(secret.metadata.labels?.version ?? 0),
  status: secret.metadata.labels?.status ?? '',
  createdAt: secret.metadata.creationTimestamp ?? '',
  ours: secret.metadata.labels?.[CREATED_BY] === FIELD_MANAGER,
})

export const isPending = (revision: Revision | undefined): boolean => revision?.status.startsWith('pending-') ?? false

export async function readRelease(client: KubeClient, release: ReleaseName, revision: number): Promise<StoredRelease> {
  const secret = await client.get(secretRef(release, revision))
  const data = isRecord(secret.data) ? secret.data.release : undefined
  if (typeof data !== 'string') throw new TypeError(`release ${release.namespace}/${release.name} holds no data`)
  const encoded = Buffer.from(data, 'base64').toString('utf8')
  const json: unknown = JSON.parse(
    (await unzip(Buffer.from(encoded, 'base64'), { maxOutputLength: MANIFEST_BYTES })).toString('utf8'),
  )
  if (!isRecord(json)) return { manifest: '', hooks: [] }
  const hooks = Array.isArray(json.hooks) ? json.hooks.filter(isRecord).map((hook) => hook.manifest) : []
  return {
    manifest: typeof json.manifest === 'string' ? json.manifest : '',
    hooks: hooks.filter((text) => typeof text === 'string'),
  }
}

/** Removes the mark of an operation that was cut off, so that helm accepts the next one. Touches no object of the release. */
export async function forgetRevision(client: KubeClient, release: ReleaseName, revision: number): Promise<void> {
  await client.delete(secretRef(release, revision))
}
