import { createHash } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { KubeClient } from '@atrium/kube/client.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { stringify } from 'yaml'
import { ensureCertificates, readAccess, writeComponentKubeconfigs } from './certificates.ts'
import { createKeeper, type ProcessKeeper } from './keeper.ts'
import { followOutages, LONG_OUTAGE_MS, type Outages } from './outage.ts'
import { isFree } from './ports.ts'
import { PROCESS_NAMES, type ProcessName, processOf } from './processes.ts'
import type { CloudTools, ProcessView } from './protocol.ts'
import type { ClusterFiles } from './records.ts'
import { kwokStages } from './stages.ts'

export interface ControlPlaneDeps {
  clock: Clock
  random: Random
  logger: Logger
  tools: CloudTools
  /** Unix socket that the API server reaches services and nodes through. */
  egressSocket: string
}

/** The processes of one cluster: etcd, API server, controller manager, scheduler, kwok. */
export interface ControlPlane {
  /** Takes over what runs; once, before the first `keep`. */
  adopt(): Promise<void>
  /** Brings every process to where it should be. True when the API server is ready and the cluster usable. */
  keep(): Promise<boolean>
  /** `atOnce`: without letting them finish, where their data goes as well. */
  stop(options: { atOnce: boolean }): Promise<void>
  client(): KubeClient
  processes(): ProcessView[]
  /** Why it is not ready; empty when it is. */
  waitingFor(): string
}

const GRACE_MS = 10_000
/** A start on a busy machine takes 20 s at most. */
const HUNG_MS = 90_000
/** What writes stops before what keeps. */
const STOP_ORDER: readonly ProcessName[][] = [
  ['kwok', 'kube-scheduler', 'kube-controller-manager'],
  ['kube-apiserver'],
  ['etcd'],
]

export const createControlPlane = (files: ClusterFiles, deps: ControlPlaneDeps): ControlPlane => {
  const { clock, tools } = deps
  const { paths } = files
  const keepers = new Map<ProcessName, ProcessKeeper>(
    PROCESS_NAMES.map((name) => {
      const record = join(paths.run, `${name}.json`)
      return [name, createKeeper(name, record, join(paths.logs, `${name}.log`), deps)]
    }),
  )
  const keeper = (name: ProcessName): ProcessKeeper => keepers.get(name) as ProcessKeeper
  let outages: Outages = { etcd: null, apiserver: null }
  const stages = kwokStages(tools.images)
  const digest = createHash('sha256').update(stages).digest('hex').slice(0, 12)
  const stagesFile = join(paths.run, `stages-${digest}.yaml`)
  let prepared = ''
  let client: KubeClient | null = null
  let waiting = 'its processes are being started'

  /** Files that the processes read; written again when what they are made of changed. */
  const prepare = async (): Promise<void> => {
    const inputs = JSON.stringify([files.cluster.apiPort])
    if (prepared === inputs) return
    await ensureCertificates(paths, files.cluster.name, deps)
    writeComponentKubeconfigs(paths, files.cluster.apiPort)
    writeFileAtomically(stagesFile, stages)
    writeFileAtomically(join(paths.run, 'egress.yaml'), egressConfig(deps.egressSocket))
    await client?.close()
    client = null
    prepared = inputs
  }

  const ensure = (name: ProcessName): Promise<void> =>
    keeper(name).ensure(processOf(name, { paths, tools, stagesFile, ...files.cluster }))

  const clientOf = (): KubeClient => {
    const access = readAccess(paths, files.cluster.apiPort, 'cloud')
    client ??= new KubeClient({
      clock,
      userAgent: 'atrium-cloud-local',
      config: {
        server: access.server,
        caPem: access.ca,
        clientCertificatePem: access.certificate,
        clientKeyPem: new Secret(access.privateKey),
      },
    })
    return client
  }

  const ensureApiServer = async (): Promise<void> => {
    if (!keeper('kube-apiserver').running() && !(await isFree(files.cluster.apiPort)))
      waiting = `port ${files.cluster.apiPort} of its API server is used by another program`
    else await ensure('kube-apiserver')
  }

  const isReady = async (): Promise<boolean> => {
    if (!keeper('kube-apiserver').running()) waiting = keeper('kube-apiserver').view().message
    else if (await clientOf().ready()) return true
    else waiting = 'the API server is not ready yet'
    return false
  }

  /** It runs and answers nobody: nothing but a new one helps. */
  const restartHungServer = async (): Promise<void> => {
    const since = keeper('kube-apiserver').runningSince()
    if (outages.apiserver === null || since === null) return
    if (clock.now() - Math.max(outages.apiserver, since) < HUNG_MS) return
    deps.logger.warn({ process: 'kube-apiserver' }, 'restarted: it runs but is not ready')
    await keeper('kube-apiserver').stop(0)
  }

  return {
    client: clientOf,
    waitingFor: () => waiting,
    processes: () => [...keepers.values()].map((one) => one.view()),
    async adopt() {
      for (const one of keepers.values()) await one.adopt()
      // How long a server was away before this daemon came is unknown: take it for long.
      const longAgo = clock.now() - LONG_OUTAGE_MS - 1
      outages = {
        etcd: keeper('etcd').running() ? null : longAgo,
        apiserver: keeper('kube-apiserver').running() ? null : longAgo,
      }
    },
    async keep() {
      await prepare()
      await ensure('etcd')
      await ensureApiServer()
      await Promise.all([ensure('kube-controller-manager'), ensure('kube-scheduler')])
      const ready = await isReady()
      const health = { etcd: keeper('etcd').running(), apiserver: ready }
      const next = followOutages(outages, health, clock.now(), (name) => keeper(name).runningSince())
      outages = next.outages
      for (const name of next.restart) {
        deps.logger.info({ process: name }, 'restarted: what it depends on was away too long')
        await keeper(name).stop(GRACE_MS)
      }
      if (next.restart.length > 0) return false
      await restartHungServer()
      if (!ready || !(await isUsable(clientOf()))) return false
      if (!keeper('kwok').running()) await forgetLeases(clientOf())
      await ensure('kwok')
      waiting = ''
      return true
    },
    async stop({ atOnce }) {
      for (const names of atOnce ? [PROCESS_NAMES] : STOP_ORDER)
        await Promise.all(names.map((name) => keeper(name).stop(atOnce ? 0 : GRACE_MS)))
      await client?.close()
      client = null
      outages = { etcd: null, apiserver: null }
      waiting = 'its control plane is stopped'
      for (const socket of ['etcd.sock:0', 'peer.sock:0']) rmSync(join(paths.run, socket), { force: true })
    },
  }
}

/** Pods can be created from the moment the default service account is there. */
const isUsable = async (client: KubeClient): Promise<boolean> =>
  (await client.find({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'default', name: 'default' })) !== null

/** A new kwok waits for the leases of the old one, about 30 s, unless they are gone. */
const forgetLeases = async (client: KubeClient): Promise<void> => {
  const leases = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', namespace: 'kube-node-lease' }
  for (const lease of (await client.list({ ...leases, metadataOnly: true })).items)
    await client.delete({ ...leases, name: lease.metadata.name })
}

const egressConfig = (socket: string): string =>
  stringify({
    apiVersion: 'apiserver.k8s.io/v1beta1',
    kind: 'EgressSelectorConfiguration',
    // No entry for etcd: it would break etcd's Unix socket.
    egressSelections: [
      { name: 'cluster', connection: { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName: socket } } } },
    ],
  })
