import type { X509Certificate } from 'node:crypto'
import { isoNow } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { createManager } from '@atrium/runtime/controller/manager.ts'
import type { Store } from '@atrium/runtime/store/store.ts'
import type { ClusterTiming } from '@atrium/server/controllers/cluster/deps.ts'
import { createClusterReconciler } from '@atrium/server/controllers/cluster/reconciler.ts'
import { applyReport } from '@atrium/server/controllers/cluster/report.ts'
import { FakeKube } from '@atrium/server/controllers/testing/fake-kube.ts'
import { LinkHub } from '@atrium/server/link/hub.ts'
import { AgentStatusWriter } from '@atrium/server/link/status.ts'
import type { SimCloud } from './cloud.ts'
import type { MemoryLinkRecords } from './link-records.ts'
import type { SimNetwork } from './network.ts'
import type { SimProcess } from './process.ts'
import { StoreConnection } from './store-view.ts'

export const tenant = 't'
export const FINGERPRINT = 'f'.repeat(64)
const INSTALLATION = 'simulation'

export interface SimServerDeps {
  /** As the database shows it to everybody. */
  store: Store
  records: MemoryLinkRecords
  network: SimNetwork
  cloud: SimCloud
  kubes: Kubes
  timing: ClusterTiming
  pollMs: number
  publicKey: X509Certificate['publicKey']
  logger: (name: string) => Logger
}

/** The API servers of the clusters, by cluster uid. */
export class Kubes {
  readonly #kubes = new Map<string, FakeKube>()

  of(uid: string): FakeKube {
    const found = this.#kubes.get(uid) ?? new FakeKube()
    this.#kubes.set(uid, found)
    return found
  }
}

/** One server process: its controllers and its end of the link, on a database that others share. */
export class SimServer {
  readonly process: SimProcess
  readonly hub: LinkHub
  readonly store: Store
  readonly #deps: SimServerDeps
  readonly #connection: StoreConnection

  constructor(process: SimProcess, owner: string, deps: SimServerDeps) {
    this.process = process
    this.#deps = deps
    this.#connection = new StoreConnection(process, deps.network)
    this.store = this.#connection.view(deps.store)
    this.hub = this.#createHub(owner)
    this.hub.start()
    this.#createManager(owner).start()
  }

  /** Certifies an agent's key against the token of its cluster. False = refused. */
  enrol(clusterUid: string, token: string, key: string): Promise<boolean> {
    return this.#connection.call(async () => {
      if (!this.#deps.records.spendToken(clusterUid, token, key)) return false
      await new AgentStatusWriter(this.#deps.store).enrolled({ tenant, clusterUid }, isoNow(this.process.clock))
      return true
    })
  }

  #createManager(owner: string) {
    const { process } = this
    const { cloud, kubes, timing, records, network, logger } = this.#deps
    const base = { store: this.store, clock: process.clock, random: process.random, logger: logger(process.name) }
    const cluster = createClusterReconciler({
      ...base,
      providers: new Map([['inmemory', cloud.provider(process)]]),
      openCluster: async (kubeconfig) => {
        if (!network.reaches(process.name, 'clusters')) throw new Error('the API server cannot be reached')
        return kubes.of(uidIn(kubeconfig)).access(process.doom)
      },
      tokens: {
        issue: ({ clusterUid }) => this.#connection.call(async () => new Secret(records.issueToken(clusterUid))),
      },
      agent: { image: 'atrium-agent:1', serverUrl: 'https://plane:1', caPem: 'PEM' },
      areUpgradesLocked: async () => false,
      epoch: () => 1,
      timing,
    })
    return createManager({ ...base, owner, reconcilers: [cluster], timing: { pollMs: this.#deps.pollMs } })
  }

  #createHub(owner: string): LinkHub {
    const { records, publicKey, logger } = this.#deps
    const { process, store } = this
    const connection = this.#connection
    return new LinkHub({
      store,
      clock: process.clock,
      random: process.random,
      logger: logger(process.name),
      status: new AgentStatusWriter(store),
      applyReport,
      server: owner,
      peerAddress: '',
      installation: INSTALLATION,
      planeEpoch: () => 1,
      serverFingerprints: () => [FINGERPRINT],
      records: {
        openSessions: (...session) => connection.call(() => records.openSessions(...session)),
        closeSession: (agent, epoch, at) => connection.call(() => records.closeSession(agent, epoch, at)),
        touchSessions: (of, sessions) => connection.call(() => records.touchSessions(of, sessions)),
        touchServer: (server) => connection.call(() => records.touchServer(server)),
        silentSessions: (silence, limit) => connection.call(() => records.silentSessions(silence, limit)),
        closedTenants: (tenants) => connection.call(() => records.closedTenants(tenants)),
      },
      authority: {
        identify: (certificate) => {
          const clusterUid = records.clusterOfKey(certificate)
          if (clusterUid === null) throw new Error('nobody was certified with this key')
          // The certificate is nothing but the name of a key here; all agents prove themselves with the same one.
          return {
            agent: { tenant, clusterUid },
            certificate: { publicKey } as X509Certificate,
            fingerprint: certificate,
          }
        },
      },
    })
  }
}

const uidIn = (kubeconfig: Secret<string>): string => /inmemory:\/\/(\w+)/.exec(kubeconfig.reveal())?.[1] ?? ''
