import type { KubeClient } from '@atrium/kube/client.ts'
import { isAlreadyExists, isNotFound } from '@atrium/kube/errors.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import { parseQuantity } from '@atrium/kube/quantity.ts'
import type { Cache } from './cache.ts'
import type { ResourceView } from './protocol.ts'

/** `provisioner` of storage classes that this cloud serves. */
export const VOLUME_PROVISIONER = 'local.atrium.dev/volume'
/** What its volumes are called in `spec.csi`, where a name must be a DNS name. */
const VOLUME_DRIVER = 'volume.local.atrium.dev'

export interface ClaimObject extends KubeObject {
  spec: {
    storageClassName?: string
    volumeName?: string
    volumeMode?: string
    accessModes?: string[]
    resources?: { requests?: { storage?: string } }
  }
  status?: { phase?: string; capacity?: { storage?: string } }
}

export interface VolumeObject extends KubeObject {
  spec: {
    capacity?: { storage?: string }
    persistentVolumeReclaimPolicy?: string
    claimRef?: { uid?: string; namespace?: string; name?: string }
    csi?: { driver: string; volumeHandle: string }
  }
  status?: { phase?: string }
}

export interface StorageClassObject extends KubeObject {
  provisioner: string
  reclaimPolicy?: string
  volumeBindingMode?: string
  allowVolumeExpansion?: boolean
}

export interface VolumeDeps {
  client: KubeClient
  clusterUid: string
  claims: Cache<ClaimObject>
  volumes: Cache<VolumeObject>
  classes: Cache<StorageClassObject>
}

/** A volume for each claim that waits for one of ours; released ones go, and claims that grew get what they ask for. */
export const keepVolumes = async (deps: VolumeDeps): Promise<void> => {
  for (const claim of deps.claims.all()) {
    const storageClass = deps.classes.get(claim.spec.storageClassName ?? '')
    if (storageClass?.provisioner !== VOLUME_PROVISIONER) continue
    if (mayProvision(claim, storageClass)) await provision(claim, storageClass, deps)
    else if (claim.status?.phase === 'Bound' && storageClass.allowVolumeExpansion === true) await expand(claim, deps)
  }
  for (const volume of deps.volumes.all())
    if (isOurs(volume) && volume.status?.phase === 'Released' && volume.spec.persistentVolumeReclaimPolicy === 'Delete')
      await deps.client.delete({ apiVersion: 'v1', kind: 'PersistentVolume', name: volume.metadata.name })
}

const isOurs = (volume: VolumeObject): boolean => volume.spec.csi?.driver === VOLUME_DRIVER

const mayProvision = (claim: ClaimObject, { volumeBindingMode }: StorageClassObject): boolean =>
  claim.metadata.deletionTimestamp === undefined &&
  (claim.spec.volumeName ?? '') === '' &&
  claim.status?.phase !== 'Bound' &&
  // With this mode the scheduler chooses a node first and notes it on the claim.
  (volumeBindingMode !== 'WaitForFirstConsumer' ||
    claim.metadata.annotations?.['volume.kubernetes.io/selected-node'] !== undefined)

const provision = async (claim: ClaimObject, storageClass: StorageClassObject, deps: VolumeDeps): Promise<void> => {
  const { name, namespace, uid = '' } = claim.metadata
  const volumeName = `pvc-${uid}`
  if (deps.volumes.get(volumeName) !== undefined) return
  try {
    await deps.client.create({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volumeName, annotations: { 'pv.kubernetes.io/provisioned-by': VOLUME_PROVISIONER } },
      spec: {
        accessModes: claim.spec.accessModes ?? ['ReadWriteOnce'],
        capacity: { storage: claim.spec.resources?.requests?.storage ?? '1Gi' },
        claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid },
        csi: { driver: VOLUME_DRIVER, volumeHandle: `${deps.clusterUid}/${volumeName}` },
        persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
        storageClassName: storageClass.metadata.name,
        volumeMode: claim.spec.volumeMode ?? 'Filesystem',
      },
    })
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
}

const expand = async (claim: ClaimObject, { client, volumes }: VolumeDeps): Promise<void> => {
  const { name, namespace = '' } = claim.metadata
  const storage = claim.spec.resources?.requests?.storage
  const volume = volumes.get(claim.spec.volumeName ?? '')
  if (volume === undefined || !isOurs(volume)) return
  if ((parseQuantity(storage) ?? 0) <= (parseQuantity(claim.status?.capacity?.storage) ?? 0)) return
  try {
    const volumeRef = { apiVersion: 'v1', kind: 'PersistentVolume', name: volume.metadata.name }
    await client.patch(volumeRef, { spec: { capacity: { storage } } }, { type: 'merge' })
    const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name }
    await client.patch(claimRef, { status: { capacity: { storage } } }, { type: 'merge', subresource: 'status' })
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
}

export const volumeResources = (volumes: Cache<VolumeObject>): ResourceView[] =>
  volumes
    .all()
    .filter(isOurs)
    .map((volume) => ({ kind: 'Volume', id: volume.spec.csi?.volumeHandle ?? volume.metadata.name, waitingFor: '' }))
