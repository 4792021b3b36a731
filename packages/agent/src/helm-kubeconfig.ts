import { join, resolve } from 'node:path'
import type { AgentOptions } from './options.ts'
import { writePrivateFile } from './storage/private-file.ts'

/**
 * The kubeconfig helm is given: inside a cluster one that points at the mounted token, so that helm picks up a rotated
 * token too (its own in-cluster mode knows one fixed folder only).
 */
export async function helmKubeconfig(options: AgentOptions, server: string): Promise<string> {
  if (options.kubeconfig) return resolve(options.kubeconfig)
  const dir = resolve(options.serviceAccountDir)
  const path = join(resolve(options.stateDir), 'helm.kubeconfig')
  const document = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'own', cluster: { server, 'certificate-authority': join(dir, 'ca.crt') } }],
    users: [{ name: 'agent', user: { tokenFile: join(dir, 'token') } }],
    contexts: [{ name: 'own', context: { cluster: 'own', user: 'agent' } }],
    'current-context': 'own',
  }
  await writePrivateFile(path, JSON.stringify(document))
  return path
}
