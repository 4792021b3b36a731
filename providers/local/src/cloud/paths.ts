import { createHash } from 'node:crypto'
import { join } from 'node:path'

/** Where the cloud keeps one cluster: everything of it lies below `root`, so that removing the folder removes it. */
export interface ClusterPaths {
  root: string
  record: string
  machines: string
  /** Authority and key of service accounts: made once. */
  pki: string
  /** What the authority signed: renewed ones lie in a folder of their own. */
  issued: string
  kubeconfigs: string
  /** Working folder of etcd and the API server: their Unix socket is named relative to it (a path may have 107 bytes). */
  run: string
  logs: string
  pods: string
}

export const clustersFolder = (cloudDir: string): string => join(cloudDir, 'clusters')

export const clusterPaths = (cloudDir: string, uid: string): ClusterPaths => {
  const root = join(clustersFolder(cloudDir), uid)
  return {
    root,
    record: join(root, 'cluster.json'),
    machines: join(root, 'machines'),
    pki: join(root, 'pki'),
    issued: join(root, 'pki'),
    kubeconfigs: join(root, 'kubeconfigs'),
    run: join(root, 'run'),
    logs: join(root, 'logs'),
    pods: join(root, 'pods'),
  }
}

/**
 * The paths of a cluster whose certificates were last renewed for `request`; empty = never. Processes are started with these paths,
 * so renewed certificates make others of them.
 */
export const renewedPaths = (paths: ClusterPaths, request: string): ClusterPaths => {
  if (request === '') return paths
  const name = createHash('sha256').update(request).digest('hex').slice(0, 12)
  return { ...paths, issued: join(paths.pki, name), kubeconfigs: join(paths.kubeconfigs, name) }
}

/** Record and log of the process that obtains the binaries of a Kubernetes version. */
export const bringerPaths = (cloudDir: string, version: string): { record: string; log: string } => {
  const name = `obtain-kubernetes-${version}`
  return { record: join(cloudDir, `${name}.json`), log: join(cloudDir, `${name}.log`) }
}

/** The Unix socket through which the API server of one cluster reaches services and nodes. */
export const egressSocket = (socketFolder: string, uid: string): string => join(socketFolder, `${uid}.egress`)
