import { join } from 'node:path'
import type { StartOptions } from '@atrium/toolchain/process.ts'
import { SERVICE_NETWORK } from './certificates.ts'
import type { ClusterPaths } from './paths.ts'
import type { CloudTools, KubernetesBinaries } from './protocol.ts'

export type ProcessName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok'

export const PROCESS_NAMES: readonly ProcessName[] = [
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
]

/** What writes stops before what keeps. */
export const STOP_ORDER: readonly ProcessName[][] = [
  ['kwok', 'kube-scheduler', 'kube-controller-manager'],
  ['kube-apiserver'],
  ['etcd'],
]

/** Kept by kwok on the nodes that are powered on; without it a node is left alone and becomes NotReady. */
export const POWER_LABEL = 'local.atrium.dev/powered'

export interface ProcessContext {
  paths: ClusterPaths
  tools: CloudTools
  /** Of the version that the process is to be. */
  binaries: KubernetesBinaries
  apiPort: number
  /** Names the stages file after its content, so that kwok is restarted when that changes. */
  stagesFile: string
  /** GOGC of the daemon's own environment. */
  garbage: string | undefined
}

/** How each process of a cluster is started. The flags that are not obvious were measured; reasons stand beside them. */
export const processOf = (name: ProcessName, context: ProcessContext): StartOptions => ({
  name,
  ...commands[name](context),
  cwd: context.paths.run,
  // Half the garbage that Go keeps: 10–15 % less resident memory, for a quarter more CPU while it starts.
  env: { GOGC: context.garbage ?? '50', PATH: '/usr/bin:/bin', HOME: context.paths.run },
  logFile: join(context.paths.logs, `${name}.log`),
  recordFile: join(context.paths.run, `${name}.json`),
})

const etcd = ({ tools }: ProcessContext): { command: string; args: string[] } => ({
  command: tools.etcd,
  args: [
    '--name=m',
    '--data-dir=etcd',
    '--listen-client-urls=unix://etcd.sock:0',
    '--advertise-client-urls=http://127.0.0.1:1',
    '--listen-peer-urls=unix://peer.sock:0',
    '--initial-advertise-peer-urls=http://127.0.0.1:1',
    '--initial-cluster=m=http://127.0.0.1:1',
    // Long elections add up to 2 s to every start; there is nobody to elect but itself.
    '--heartbeat-interval=50',
    '--election-timeout=250',
    '--snapshot-count=1000',
    '--snapshot-catchup-entries=200',
    '--max-wals=1',
    '--max-snapshots=1',
    '--log-level=warn',
    ...(tools.unsafeNoFsync === true ? ['--unsafe-no-fsync'] : []),
  ],
})

const apiserver = (context: ProcessContext): { command: string; args: string[] } => {
  const pki = (file: string): string => join(context.paths.pki, file)
  const issued = (file: string): string => join(context.paths.issued, file)
  return {
    command: context.binaries.apiserver,
    args: [
      '--bind-address=127.0.0.1',
      `--secure-port=${context.apiPort}`,
      // Without a default route (an offline laptop) it finds no address to advertise and exits.
      '--advertise-address=10.96.255.254',
      '--endpoint-reconciler-type=none',
      '--etcd-servers=unix://etcd.sock:0',
      `--tls-cert-file=${issued('apiserver.crt')}`,
      `--tls-private-key-file=${issued('apiserver.key')}`,
      `--client-ca-file=${pki('ca.crt')}`,
      '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
      `--service-account-key-file=${pki('sa.pub')}`,
      `--service-account-signing-key-file=${pki('sa.key')}`,
      `--service-cluster-ip-range=${SERVICE_NETWORK}`,
      '--authorization-mode=Node,RBAC',
      '--allow-privileged=true',
      // Pods are simulated: nobody answers for the webhooks that packs register, and every write would wait for them.
      '--disable-admission-plugins=MutatingAdmissionWebhook,ValidatingAdmissionWebhook',
      // Otherwise it dials service and node addresses over the network of this machine.
      `--egress-selector-config-file=${join(context.paths.run, 'egress.yaml')}`,
      '--default-watch-cache-size=20',
      '--profiling=false',
      '--default-not-ready-toleration-seconds=30',
      '--default-unreachable-toleration-seconds=30',
      '--event-ttl=30m',
      '--enable-priority-and-fairness=false',
      // SIGTERM takes a minute otherwise while watches are open.
      '--shutdown-watch-termination-grace-period=2s',
    ],
  }
}

/** Client rates: the defaults alone add about 4 s until a new cluster is usable. No port: nobody asks them anything. */
const clientFlags = (paths: ClusterPaths, file: string): string[] => [
  `--kubeconfig=${join(paths.kubeconfigs, file)}`,
  `--authentication-kubeconfig=${join(paths.kubeconfigs, file)}`,
  `--authorization-kubeconfig=${join(paths.kubeconfigs, file)}`,
  '--authentication-skip-lookup=true',
  '--secure-port=0',
  '--leader-elect=false',
  '--kube-api-qps=100',
  '--kube-api-burst=200',
  '--profiling=false',
]

const controllerManager = (context: ProcessContext): { command: string; args: string[] } => {
  const pki = (file: string): string => join(context.paths.pki, file)
  return {
    command: context.binaries.controllerManager,
    args: [
      ...clientFlags(context.paths, 'controller-manager'),
      `--service-account-private-key-file=${pki('sa.key')}`,
      `--root-ca-file=${pki('ca.crt')}`,
      `--cluster-signing-cert-file=${pki('ca.crt')}`,
      `--cluster-signing-key-file=${pki('ca.key')}`,
      '--use-service-account-credentials=true',
      '--controllers=*,-persistentvolume-attach-detach-controller,-bootstrap-signer-controller,-token-cleaner-controller,-node-ipam-controller',
      '--node-monitor-period=1s',
      '--node-monitor-grace-period=8s',
    ],
  }
}

const scheduler = (context: ProcessContext): { command: string; args: string[] } => ({
  command: context.binaries.scheduler,
  args: [
    ...clientFlags(context.paths, 'scheduler'),
    // Without its back-off a pod is tried again before the scheduler's own view holds the volume that was just bound; nothing
    // wakes it after that, and it waited 5 min 23 s for the next sweep (seen once in three starts of the demo).
    '--feature-gates=SchedulerPopFromBackoffQ=false',
    '--pod-max-in-unschedulable-pods-duration=10s',
  ],
})

const kwok = ({ paths, tools, stagesFile }: ProcessContext): { command: string; args: string[] } => ({
  command: tools.kwok,
  args: [
    `--kubeconfig=${join(paths.kubeconfigs, 'kwok')}`,
    `--config=${stagesFile}`,
    `--manage-nodes-with-label-selector=${POWER_LABEL}=on`,
    '--node-lease-duration-seconds=12',
    '--cidr=10.244.0.0/16',
    '--v=WARN',
  ],
})

const commands: Record<ProcessName, (context: ProcessContext) => { command: string; args: string[] }> = {
  etcd,
  'kube-apiserver': apiserver,
  'kube-controller-manager': controllerManager,
  'kube-scheduler': scheduler,
  kwok,
}
