import { createHash } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { KubeClient } from '@atrium/kube/client.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { writeFileAtomically } from '@atrium/runtime/base/files.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { StartOptions } from '@atrium/toolchain/process.ts'
import { stringify } from 'yaml'
import type { Binaries } from './binaries.ts'
import {
  ensureCertificates,
  readAccess,
  readCertificates,
  removeRenewed,
  writeComponentKubeconfigs,
} from './certificates.ts'
import { ProcessKeeper } from './keeper.ts'
import { followOutages, LONG_OUTAGE_MS, type Outages } from './outage.ts'
import { type ClusterPaths, renewedPaths } from './paths.ts'
import { isFree } from './ports.ts'
import { PROCESS_NAMES, type ProcessName, processOf, STOP_ORDER } from './processes.ts'
import type { CloudTools, ClusterView, ProcessView } from './protocol.ts'
import type { ClusterFiles } from './records.ts'
import { kwokStages } from './stages.ts'
import { failedAttempt, planRun, type RunPlan, served, whyGivenUp } from './upgrade.ts'

export interface ControlPlaneDeps {
  clock: Clock
  random: Random
  logger: Logger
  tools: CloudTools
  binaries: Binaries
  env: NodeJS.ProcessEnv
  /** Unix socket that the API server reaches services and nodes through. */
  egressSocket: string
}

const GRACE_MS = 10_000
/** A start on a busy machine takes 20 s at most. */
const HUNG_MS = 90_000

/** The processes of one cluster: etcd, API server, controller manager, scheduler, kwok. */
export class ControlPlane {
  readonly #files: ClusterFiles
  readonly #deps: ControlPlaneDeps
  readonly #keepers: Map<ProcessName, ProcessKeeper>
  /** Named after its content, so that kwok is restarted when that changes. */
  readonly #stagesFile: string
  #outages: Outages = { etcd: null, apiserver: null }
  /** The request that certificates were last renewed for, and where they lie; null before the first look. */
  #prepared: { renewedFor: string; paths: ClusterPaths } | null = null
  #certificates: ClusterView['certificates'] = null
  #client: KubeClient | null = null
  #portTaken: string | null = null
  /** When the API server was first started as a version that it has not served yet. */
  #attemptSince: number | null = null
  #waitingFor = 'its processes are being started'

  constructor(files: ClusterFiles, deps: ControlPlaneDeps) {
    this.#files = files
    this.#deps = deps
    const { run, logs } = files.paths
    this.#keepers = new Map(
      PROCESS_NAMES.map((name) => {
        const own = { name, recordFile: join(run, `${name}.json`), logFile: join(logs, `${name}.log`) }
        return [name, new ProcessKeeper({ ...deps, ...own })]
      }),
    )
    const digest = createHash('sha256').update(kwokStages(deps.tools.images)).digest('hex').slice(0, 12)
    this.#stagesFile = join(run, `stages-${digest}.yaml`)
  }

  /** Takes over what runs; once, before the first `keep`. */
  async adopt(): Promise<void> {
    for (const keeper of this.#keepers.values()) await keeper.adopt()
    // How long a server was away before this daemon came is unknown: take it for long.
    const longAgo = this.#deps.clock.now() - LONG_OUTAGE_MS - 1
    this.#outages = {
      etcd: this.#keeper('etcd').running() ? null : longAgo,
      apiserver: this.#keeper('kube-apiserver').running() ? null : longAgo,
    }
  }

  /** Brings every process to where it should be. True when the API server is ready and the cluster usable. */
  async keep(): Promise<boolean> {
    if (await this.#prepare()) return false
    const plan = this.#planRun()
    await this.#ensure('etcd', plan.clients)
    await this.#ensureApiServer(plan.apiserver)
    await this.#ensureClients(plan.clients)
    const ready = await this.#isReady()
    if (plan.attempt && (await this.#endAttempt(plan, ready))) return false
    if (await this.#endOutages(ready)) return false
    await this.#restartHungServer()
    if (!ready || !(await isUsable(this.client()))) return false
    await this.#ensureKwok(plan.clients)
    this.#noteServed(plan.apiserver)
    this.#noteCertificates(plan.apiserver)
    this.#waitingFor = ''
    return true
  }

  /** Where its certificates lie now. */
  paths(): ClusterPaths {
    return this.#prepared?.paths ?? this.#files.paths
  }

  certificates(): ClusterView['certificates'] {
    return this.#certificates
  }

  /** `atOnce`: without letting them finish, where their data goes as well. */
  async stop({ atOnce }: { atOnce: boolean }): Promise<void> {
    for (const names of atOnce ? [PROCESS_NAMES] : STOP_ORDER)
      await Promise.all(names.map((name) => this.#keeper(name).stop(atOnce ? 0 : GRACE_MS)))
    await this.#client?.close()
    this.#client = null
    this.#outages = { etcd: null, apiserver: null }
    this.#attemptSince = null
    this.#waitingFor = 'its control plane is stopped'
    for (const socket of ['etcd.sock:0', 'peer.sock:0']) rmSync(join(this.#files.paths.run, socket), { force: true })
  }

  client(): KubeClient {
    const access = readAccess(this.paths(), this.#files.cluster.apiPort, 'cloud')
    this.#client ??= new KubeClient({
      clock: this.#deps.clock,
      userAgent: 'atrium-cloud-local',
      config: {
        server: access.server,
        caPem: access.ca,
        clientCertificatePem: access.certificate,
        clientKeyPem: new Secret(access.privateKey),
      },
    })
    return this.#client
  }

  processes(): ProcessView[] {
    return [...this.#keepers.values()].map((keeper) => keeper.view())
  }

  /** Why it is not ready; empty when it is. */
  waitingFor(): string {
    return this.#waitingFor
  }

  #keeper(name: ProcessName): ProcessKeeper {
    const keeper = this.#keepers.get(name)
    if (keeper === undefined) throw new Error(`no process ${name}`)
    return keeper
  }

  #planRun(): RunPlan {
    const { binaries, clock } = this.#deps
    return planRun(this.#files.cluster, (version) => binaries.find(version) !== null, clock.now())
  }

  async #ensure(name: ProcessName, version: string): Promise<void> {
    const options = this.#optionsOf(name, version)
    // One that runs goes on also where its binary cannot be found any more.
    if (options !== null) await this.#keeper(name).ensure(options)
  }

  #optionsOf(name: ProcessName, version: string): StartOptions | null {
    const { tools, binaries: all, env } = this.#deps
    const binaries = all.find(version)
    const { apiPort } = this.#files.cluster
    const shared = { paths: this.paths(), tools, apiPort, stagesFile: this.#stagesFile, garbage: env.GOGC }
    return binaries && processOf(name, { ...shared, binaries })
  }

  /** A new one waits for the leases of the old one, about 30 s, unless they are gone; nodes would not be ready for as long. */
  async #ensureKwok(version: string): Promise<void> {
    const options = this.#optionsOf('kwok', version)
    if (options === null) return
    const kwok = this.#keeper('kwok')
    if (kwok.runsOtherwise(options)) await kwok.stop(GRACE_MS)
    if (!kwok.running()) await forgetLeases(this.client())
    await kwok.ensure(options)
  }

  /** They wait for the API server by themselves; started with it they are ready sooner. */
  async #ensureClients(version: string): Promise<void> {
    await Promise.all([this.#ensure('kube-controller-manager', version), this.#ensure('kube-scheduler', version)])
  }

  #noteServed(version: string): void {
    const { cluster } = this.#files
    if (cluster.serves !== version) this.#files.saveCluster(served(cluster, version))
  }

  /** An attempt to serve a new version: its clients follow once the API server is ready. True when it failed and was given up. */
  async #endAttempt({ apiserver }: RunPlan, ready: boolean): Promise<boolean> {
    const { clock, logger } = this.#deps
    this.#attemptSince ??= clock.now()
    if (ready) {
      this.#attemptSince = null
      this.#noteServed(apiserver)
      logger.info({ version: apiserver }, 'the API server serves a new version')
      await this.#ensureClients(apiserver)
      return false
    }
    const keeper = this.#keeper('kube-apiserver')
    const why = whyGivenUp(keeper.failures(), keeper.view().message, clock.now() - this.#attemptSince)
    if (why === null) return false
    this.#attemptSince = null
    logger.warn({ version: apiserver, why }, 'the upgrade failed: the former version serves again')
    this.#files.saveCluster(failedAttempt(this.#files.cluster, why, clock.now()))
    await keeper.stop(0)
    return true
  }

  /** Files that the processes read. True when certificates were renewed: whoever uses the former ones has to let go of them. */
  async #prepare(): Promise<boolean> {
    const { cluster } = this.#files
    if (this.#prepared?.renewedFor === cluster.renew) return false
    const isRenewal = this.#prepared !== null
    const paths = renewedPaths(this.#files.paths, cluster.renew)
    for (const folder of [paths.issued, paths.kubeconfigs]) mkdirSync(folder, { recursive: true, mode: 0o700 })
    await ensureCertificates(paths, cluster.name, this.#deps)
    writeComponentKubeconfigs(paths, cluster.apiPort)
    writeFileAtomically(this.#stagesFile, kwokStages(this.#deps.tools.images))
    writeFileAtomically(join(paths.run, 'egress.yaml'), egressConfig(this.#deps.egressSocket))
    this.#prepared = { renewedFor: cluster.renew, paths }
    if (!isRenewal) return false
    this.#deps.logger.info({}, 'certificates were renewed: processes are started anew with them')
    this.#waitingFor = 'its processes are being started with renewed certificates'
    await this.#client?.close()
    this.#client = null
    return true
  }

  /** Once it serves with the present ones, those before are of no use. */
  #noteCertificates(version: string): void {
    const { renewedFor, paths } = this.#prepared ?? { renewedFor: '', paths: this.#files.paths }
    const options = this.#optionsOf('kube-apiserver', version)
    const isServing = options !== null && !this.#keeper('kube-apiserver').runsOtherwise(options)
    if (!isServing || this.#certificates?.renewedFor === renewedFor) return
    removeRenewed(this.#files.paths, paths)
    this.#certificates = { renewedFor, list: readCertificates(paths) }
  }

  async #ensureApiServer(version: string): Promise<void> {
    const { apiPort } = this.#files.cluster
    const isTaken = !this.#keeper('kube-apiserver').running() && !(await isFree(apiPort))
    this.#portTaken = isTaken ? `port ${apiPort} of its API server is used by another program` : null
    if (!isTaken) await this.#ensure('kube-apiserver', version)
  }

  async #isReady(): Promise<boolean> {
    const { running, message } = this.#keeper('kube-apiserver').view()
    if (running && (await this.client().ready())) return true
    const missing = this.#deps.binaries.waitingFor(this.#planRun().apiserver)
    this.#waitingFor = running ? 'the API server is not ready yet' : missing || (this.#portTaken ?? message)
    return false
  }

  /** True when clients of what was away had to be stopped: the next round starts them. */
  async #endOutages(ready: boolean): Promise<boolean> {
    const health = { etcd: this.#keeper('etcd').running(), apiserver: ready }
    const since = (name: ProcessName): number | null => this.#keeper(name).runningSince()
    const { outages, restart } = followOutages(this.#outages, health, this.#deps.clock.now(), since)
    this.#outages = outages
    for (const name of restart) {
      this.#deps.logger.info({ process: name }, 'restarted: what it depends on was away too long')
      await this.#keeper(name).stop(GRACE_MS)
    }
    return restart.length > 0
  }

  /** It runs and answers nobody: nothing but a new one helps. */
  async #restartHungServer(): Promise<void> {
    const since = this.#keeper('kube-apiserver').runningSince()
    const downSince = this.#outages.apiserver
    if (downSince === null || since === null) return
    if (this.#deps.clock.now() - Math.max(downSince, since) < HUNG_MS) return
    this.#deps.logger.warn({ process: 'kube-apiserver' }, 'restarted: it runs but is not ready')
    await this.#keeper('kube-apiserver').stop(0)
  }
}

/** Pods can be created from the moment the default service account is there. */
const isUsable = async (client: KubeClient): Promise<boolean> =>
  (await client.find({ apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'default', name: 'default' })) !== null

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
