import { parseArgs } from 'node:util'
import { AtriumError } from '@atrium/runtime/base/errors.ts'

/** Everything the agent is told: its pod spec is the only source. */
export interface AgentOptions {
  /** Folder of the mounted enrolment Secret. */
  enrolmentDir: string
  stateDir: string
  namespace: string
  /** Service-account folder as the kubelet mounts it; unused with `kubeconfig`. */
  serviceAccountDir: string
  /** Runs outside the cluster with this kubeconfig; empty inside. A program it names in `exec` is run. */
  kubeconfig: string
  /** Environment of that program. */
  environment: Readonly<Record<string, string | undefined>>
  kubernetesHost: string
  kubernetesPort: string
  helmCommand: string
  path: string
  podName: string
  /** Port of `/healthz` and `/readyz`; 0 = none. */
  healthPort: number
  logLevel: string
}

const usage = `atrium-agent: keeps a cluster equal to its desired state.

  --enrolment-dir DIR         mounted Secret with token, serverUrl, ca.crt, clusterUid
  --state-dir DIR             the agent's own folder
  --namespace NAME            where it keeps its Secrets
  --service-account-dir DIR   mounted token and CA of its service account
  --kubeconfig FILE           use this instead, to run outside the cluster; programs it names in exec are run
  --health-port PORT          serve /healthz and /readyz

Environment: KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT, ATRIUM_HELM, ATRIUM_LOG_LEVEL, HOSTNAME, POD_NAME`

/** Reads arguments and environment. Throws `InvalidRequest` naming what is missing. */
export function readOptions(args: readonly string[], env: Record<string, string | undefined>): AgentOptions {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      'enrolment-dir': { type: 'string' },
      'state-dir': { type: 'string' },
      namespace: { type: 'string' },
      'service-account-dir': { type: 'string' },
      kubeconfig: { type: 'string' },
      'health-port': { type: 'string' },
    },
  })
  const required = (name: 'enrolment-dir' | 'state-dir' | 'namespace'): string => {
    const value = values[name]
    if (!value) throw new AtriumError('InvalidRequest', `--${name} is required\n\n${usage}`)
    return value
  }
  const kubeconfig = values.kubeconfig ?? ''
  const serviceAccountDir = values['service-account-dir'] ?? ''
  if (!kubeconfig && !serviceAccountDir)
    throw new AtriumError('InvalidRequest', `--service-account-dir or --kubeconfig is required\n\n${usage}`)
  return {
    enrolmentDir: required('enrolment-dir'),
    stateDir: required('state-dir'),
    namespace: required('namespace'),
    serviceAccountDir,
    kubeconfig,
    environment: env,
    kubernetesHost: env.KUBERNETES_SERVICE_HOST ?? '',
    kubernetesPort: env.KUBERNETES_SERVICE_PORT ?? '',
    helmCommand: env.ATRIUM_HELM || 'helm',
    path: env.PATH ?? '',
    podName: env.POD_NAME || env.HOSTNAME || 'atrium-agent',
    healthPort: Number(values['health-port'] ?? 0),
    logLevel: env.ATRIUM_LOG_LEVEL || 'info',
  }
}
