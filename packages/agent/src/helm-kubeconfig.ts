import { join, resolve } from 'node:path'
import type { KubeConfig } from '@atrium/kube/config.ts'
import type { AgentOptions } from './options.ts'
import { writePrivateFile } from './storage/private-file.ts'

/** Where tokens of a kubeconfig's `exec` are kept for helm, which has neither the program's environment nor its home. */
export const helmTokenPath = (options: AgentOptions): string => join(resolve(options.stateDir), 'helm.token')

/**
 * The kubeconfig helm is given: inside a cluster one that points at the mounted token, so that helm picks up a rotated
 * token too (its own in-cluster mode knows one fixed folder only). Outside it is the operator's, unless tokens come from a
 * program: then one that points at the newest of them.
 */
export async function helmKubeconfig(options: AgentOptions, config: KubeConfig): Promise<string> {
  if (!options.kubeconfig) {
    const dir = resolve(options.serviceAccountDir)
    return write(options, { server: config.server, 'certificate-authority': join(dir, 'ca.crt') }, join(dir, 'token'))
  }
  if (!config.token?.fromProgram) return resolve(options.kubeconfig)
  // Makes the file before helm looks for it.
  await config.token.current()
  const { server, caPem, tlsServerName } = config
  const cluster = {
    server,
    ...(caPem && { 'certificate-authority-data': Buffer.from(caPem).toString('base64') }),
    ...(tlsServerName && { 'tls-server-name': tlsServerName }),
  }
  return write(options, cluster, helmTokenPath(options))
}

async function write(options: AgentOptions, cluster: Record<string, string>, tokenFile: string): Promise<string> {
  const path = join(resolve(options.stateDir), 'helm.kubeconfig')
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'own', cluster }],
    users: [{ name: 'agent', user: { tokenFile } }],
    contexts: [{ name: 'own', context: { cluster: 'own', user: 'agent' } }],
    'current-context': 'own',
  }
  await writePrivateFile(path, JSON.stringify(document))
  return path
}
