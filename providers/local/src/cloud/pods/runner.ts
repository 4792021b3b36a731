import { readdirSync, rmSync } from 'node:fs'
import type { KubeClient } from '@atrium/kube/client.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Cache } from '../cache.ts'
import type { PodImage } from '../protocol.ts'
import type { ClusterFiles } from '../records.ts'
import { isRunnable } from './images.ts'
import type { PodObject } from './pod.ts'
import { type PodRecord, podFolder } from './record.ts'
import { PodWorker } from './worker.ts'

export interface RunnerDeps {
  clock: Clock
  logger: Logger
  client: KubeClient
  images: readonly PodImage[]
  files: ClusterFiles
  pods: Cache<PodObject>
}

/** Starts pods of known images as processes of this machine, once they are scheduled to one of its machines. */
export interface PodRunner {
  /** Looks for new pods and wakes those that changed. Only with a synced cache: a pod that is not in it is gone. */
  look(): void
  /** Stops looking; processes go on. */
  stop(): Promise<void>
}

export const createPodRunner = (deps: RunnerDeps): PodRunner => {
  const { files, pods } = deps
  const workers = new Map<string, PodWorker>()
  const ending = new Set<Promise<void>>()

  const findPod = (record: PodRecord): PodObject | undefined => {
    const pod = pods.get(record.name, record.namespace)
    return pod?.metadata.uid === record.uid ? pod : undefined
  }

  const work = (record: PodRecord): void => {
    const { apiPort } = files.cluster
    const worker = new PodWorker(record, {
      ...deps,
      apiServer: { host: '127.0.0.1', port: apiPort },
      folder: podFolder(files.paths.pods, record.uid),
      pod: () => findPod(record),
      machine: () => files.machines.get(record.nodeName),
      onGone: () => workers.delete(record.uid),
    })
    workers.set(record.uid, worker)
  }

  const adoptFolders = (): void => {
    for (const uid of readdirSync(files.paths.pods)) {
      const folder = podFolder(files.paths.pods, uid)
      const record = folder.read()
      // Nothing was started in a folder that has no record yet.
      if (record === null) rmSync(folder.root, { recursive: true, force: true })
      else if (!workers.has(uid)) work(record)
    }
  }

  const takeNewPods = (): void => {
    for (const pod of pods.all()) {
      const { uid = '', name, namespace = '' } = pod.metadata
      const nodeName = pod.spec.nodeName
      if (nodeName === undefined || workers.has(uid) || !files.machines.has(nodeName)) continue
      if (!isRunnable(pod, deps.images) || isFinished(pod)) continue
      const containers = {}
      const record = { uid, namespace, name, nodeName, containers }
      podFolder(files.paths.pods, uid).save(record)
      work(record)
    }
  }

  let adopted = false
  return {
    look() {
      if (!adopted) adoptFolders()
      adopted = true
      takeNewPods()
      for (const worker of workers.values()) worker.poke()
    },
    async stop() {
      for (const worker of workers.values()) ending.add(worker.stop())
      await Promise.all(ending)
    },
  }
}

/** A pod that ended is left as it is until somebody deletes it; a deleted one without a process just goes. */
const isFinished = (pod: PodObject): boolean =>
  (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') && pod.metadata.deletionTimestamp === undefined
