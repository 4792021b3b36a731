import { sign } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readEnrolment } from '@atrium/agent/link/enrolment.ts'
import { openPlaneLink } from '@atrium/agent/link/link.ts'
import type { AgentIdentity, PlaneLink } from '@atrium/agent/ports.ts'
import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import type { Secret } from '@atrium/runtime/base/secret.ts'
import type { ReportMessage } from '@atrium/tunnel/link/server-machine.ts'
import WebSocket from 'ws'
import {
  actor,
  createBareCluster,
  deps,
  type LinkPlane,
  type LinkPlaneOptions,
  newAuthorities,
  startLinkPlane,
} from '../../src/link-plane.ts'
import { createTestDatabase, type TestDatabase } from '../../src/postgres.ts'

export const until = async (
  what: string,
  reached: () => boolean | Promise<boolean>,
  limitMs = 20_000,
): Promise<void> => {
  const end = Date.now() + limitMs
  while (!(await reached())) {
    if (Date.now() > end) throw new Error(`not reached within ${limitMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

/** What an agent has: its mounted Secret and its stored identity. */
export interface Agent {
  clusterUid: string
  dir: string
  identity: { saved: AgentIdentity | null }
}

/** A plane with two tenants, and agents of their clusters. */
export class LinkWorld {
  readonly tenant: string
  readonly otherTenant: string
  readonly options: LinkPlaneOptions
  /** What the plane stored of each cluster, in order. */
  readonly stored: Map<string, ReportMessage[]>
  plane: LinkPlane
  readonly #folder: string
  readonly #database: TestDatabase
  readonly #links: PlaneLink[] = []

  private constructor(
    parts: Pick<LinkWorld, 'tenant' | 'otherTenant' | 'options' | 'stored' | 'plane'>,
    folder: string,
  ) {
    this.tenant = parts.tenant
    this.otherTenant = parts.otherTenant
    this.options = parts.options
    this.stored = parts.stored
    this.plane = parts.plane
    this.#database = parts.options.database
    this.#folder = folder
  }

  static async open(): Promise<LinkWorld> {
    const folder = mkdtempSync(join(tmpdir(), 'atrium-link-'))
    const stored = new Map<string, ReportMessage[]>()
    const options: LinkPlaneOptions = {
      ...(await newAuthorities()),
      database: await createTestDatabase(),
      rootKeyFile: join(folder, 'root.key'),
      applyReport: async (_tx, clusterUid, message) => {
        stored.set(clusterUid, [...(stored.get(clusterUid) ?? []), message])
      },
    }
    const plane = await startLinkPlane(options)
    const tenant = (await plane.store.system.createTenant({ name: 'one' })).uid
    const otherTenant = (await plane.store.system.createTenant({ name: 'two' })).uid
    return new LinkWorld({ tenant, otherTenant, options, stored, plane }, folder)
  }

  /** Where agents find the plane. */
  get address(): { serverUrl: string; caBundlePem: string } {
    return { serverUrl: this.plane.url, caBundlePem: this.plane.trust }
  }

  async newAgent(tenant = this.tenant): Promise<Agent> {
    const name = `c-${systemRandom.bytes(4).toString('hex')}`
    const clusterUid = await createBareCluster(this.plane.store, tenant, name)
    const dir = mkdtempSync(join(this.#folder, 'agent-'))
    await this.pushSecret(dir, tenant, clusterUid)
    return { clusterUid, dir, identity: { saved: null } }
  }

  async pushSecret(dir: string, tenant: string, clusterUid: string): Promise<void> {
    const { token } = await this.plane.link.issueEnrolment({ tenant, clusterUid })
    mkdirSync(dir, { recursive: true })
    const fields = { token: token.reveal(), serverUrl: this.plane.url, 'ca.crt': this.plane.trust, clusterUid }
    for (const [name, value] of Object.entries(fields)) writeFileSync(join(dir, name), value)
  }

  openLink(agent: Agent, podName = 'agent-0'): PlaneLink & { desired: DesiredState[] } {
    const link = openPlaneLink({
      ...deps,
      logger: silentLogger,
      enrolment: () => readEnrolment(agent.dir),
      surroundings: {
        identity: {
          load: async () => agent.identity.saved,
          save: async (identity) => {
            agent.identity.saved = identity
          },
        },
        applied: () => null,
        agentVersion: '0.1.0',
        podName,
      },
    })
    this.#links.push(link)
    const desired: DesiredState[] = []
    link.onDesired((state) => desired.push(state))
    return Object.assign(link, { desired })
  }

  /** An agent that has been connected once. */
  async enrolledAgent(tenant = this.tenant): Promise<Agent & { identity: { saved: AgentIdentity } }> {
    const agent = await this.newAgent(tenant)
    const link = this.openLink(agent)
    await until('connected', () => link.connected)
    await link.close()
    const { saved } = agent.identity
    if (!saved) throw new Error('no identity was saved')
    return { ...agent, identity: { saved } }
  }

  status(clusterUid: string, tenant = this.tenant): Promise<ClusterStatus['agent']> {
    return this.plane.store.transaction(
      tenant,
      actor,
      async (tx) => (await tx.get('Cluster', clusterUid))?.status.agent,
    )
  }

  /** Stops the plane and starts it again on the same port; `meanwhile` runs while it is away. */
  async restart(meanwhile: () => void | Promise<void>): Promise<void> {
    const { port } = this.plane
    await this.plane.stop()
    await meanwhile()
    this.plane = await startLinkPlane({ ...this.options, port })
  }

  async closeLinks(): Promise<void> {
    for (const link of this.#links.splice(0)) await link.close()
  }

  async close(): Promise<void> {
    await this.plane.stop()
    await this.#database.drop()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

export type Frame = { type: string; reason?: string; sessionToken?: string; nonce?: string; audience?: string }

/** Speaks the protocol by hand, as an attacker would. */
export const converse = async (
  world: LinkWorld,
  options: {
    identity: AgentIdentity | null
    proof?: (hello: { nonce: string; audience: string }, fingerprint: string) => Record<string, unknown>
    raw?: string
    headers?: Record<string, string>
    /** Runs between the welcome and the end. */
    whileOpen?: (frames: Frame[]) => Promise<void>
  },
): Promise<{ frames: Frame[]; hello: { nonce: string; audience: string } | null }> => {
  const socket = new WebSocket(`${world.plane.url.replace('https', 'wss')}/link/v1/connect`, {
    ca: world.plane.trust,
    ...(options.headers ? { headers: options.headers } : {}),
  })
  const frames: Frame[] = []
  let fingerprint = ''
  let hello: { nonce: string; audience: string } | null = null
  socket.on('upgrade', (response) => {
    const certificate = Reflect.get(response.socket, 'getPeerCertificate').call(response.socket)
    fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase()
  })
  socket.on('message', (data) => {
    const frame = JSON.parse(String(data as Buffer)) as Frame
    frames.push(frame)
    if (frame.type !== 'hello') return
    hello = { nonce: frame.nonce ?? '', audience: frame.audience ?? '' }
    if (options.raw !== undefined) return socket.send(options.raw)
    if (!options.identity) return
    socket.send(
      JSON.stringify({ ...proofOf(options.identity, hello, fingerprint), ...options.proof?.(hello, fingerprint) }),
    )
  })
  const failure = new Promise<void>((resolve) => socket.on('error', () => resolve()))
  await Promise.race([
    once(socket, 'close'),
    failure,
    until('an answer', () => frames.length > 1 && frames.at(-1)?.type === 'welcome'),
  ])
  await options.whileOpen?.(frames)
  socket.terminate()
  return { frames, hello }
}
const proofOf = (identity: AgentIdentity, hello: { nonce: string; audience: string }, fingerprint: string) => ({
  type: 'proof',
  certificate: identity.certificatePem,
  serverFingerprint: fingerprint,
  signature: signText(identity.privateKeyPem, hello, fingerprint),
  agentVersion: '',
  podName: '',
  applied: null,
})
export const signText = (
  key: Secret<string>,
  hello: { nonce: string; audience: string },
  fingerprint: string,
): string =>
  sign('sha256', Buffer.from(`${hello.nonce}\n${hello.audience}\n${fingerprint}`), key.reveal()).toString('base64')
