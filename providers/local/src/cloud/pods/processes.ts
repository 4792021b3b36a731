import { readdirSync } from 'node:fs'
import { stopRecorded } from '@atrium/toolchain/process.ts'
import type { ClusterFiles } from '../records.ts'
import { type PodFolder, podFolder } from './record.ts'

/** Ends a pod's processes with all they started. */
export const endProcesses = async (folder: PodFolder, containers: string[], graceMs: number): Promise<void> => {
  await Promise.all(
    containers.map((container) => stopRecorded(folder.processRecord(container), { graceMs, group: true })),
  )
}

/** Ends the processes of all pods, or of those on nodes that `onNode` names, at once: their machine is gone. */
export const endPods = async (files: ClusterFiles, onNode: (node: string) => boolean = () => true): Promise<void> => {
  for (const uid of readdirSync(files.paths.pods)) {
    const folder = podFolder(files.paths.pods, uid)
    const record = folder.read()
    if (record !== null && onNode(record.nodeName)) await endProcesses(folder, Object.keys(record.containers), 0)
  }
}
