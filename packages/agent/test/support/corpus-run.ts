import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeviationReport } from '@atrium/api/link/protocol.ts'
import { type ControlPlane, startControlPlane } from '@atrium/dev-env/control-plane.ts'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import type { KubeClient } from '@atrium/kube/client.ts'
import { type KubeObject, type KubeRef, keyOf, refOf } from '@atrium/kube/object.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { expect, vi } from 'vitest'
import { chartUnit } from '../../src/layers/chart-unit.ts'
import { placed } from '../../src/layers/declare.ts'
import { Helm } from '../../src/layers/helm.ts'
import type { DeclaredObject } from '../../src/layers/records.ts'
import { FIELD_MANAGER } from '../../src/names.ts'
import { type CorpusCase, type CorpusEvent, corpusChart, corpusSetup, merged } from './corpus.ts'
import { askAgent, FightingAgent } from './corpus-agent.ts'
import { type PeerCase, peerCase } from './corpus-peer.ts'
import { startWebhook } from './corpus-webhook.ts'

const shared = { clock: systemClock, logger: silentLogger }
const RELEASE = { name: 'corpus', namespace: 'corpus-release' }

/** One API server with everything the cases find in it. */
export interface CorpusCluster {
  client: KubeClient
  kubeconfigPath: string
  released: DeclaredObject[]
  /** What another tool is to be asked about, when it is. */
  forPeer: PeerCase[] | null
  stop(): Promise<void>
}

/** What the agent said of a case, and what it said after it had put the object back. */
export interface Outcome {
  found: DeviationReport | undefined
  repaired: DeviationReport | undefined
  after: DeviationReport | undefined
  live: KubeObject | null
  /** Null when the agent does not keep it as declared. */
  declared: DeclaredObject | null
  /** After the repair. */
  healed: KubeObject | null
}

export async function startCorpusCluster(options: { forPeer: boolean }): Promise<CorpusCluster> {
  const webhook = await startWebhook()
  const control = await startControlPlane({ controllerManager: true, webhooks: true })
  const stop = async (): Promise<void> => {
    await control.stop()
    await webhook.stop()
  }
  try {
    const { client } = control
    for (const object of [...corpusSetup, webhook.configuration]) await client.create(object)
    for (const object of corpusSetup)
      await until(async () => expect(await client.get(refOf(object))).toMatchObject(established))
    const released = await install(control)
    await until(async () => expect(await isMutated(client)).toBe(true))
    const { kubeconfigPath } = control
    return { client, kubeconfigPath, released, forPeer: options.forPeer ? [] : null, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const until = (holds: () => Promise<void>): Promise<void> => vi.waitFor(holds, { timeout: 60_000 })

/** The server learns of a new webhook a moment later. */
const isMutated = async (client: KubeClient): Promise<boolean> => {
  const metadata = { name: 'probe', namespace: 'default', labels: { mutate: 'label' } }
  const probe = { apiVersion: 'v1', kind: 'ConfigMap', metadata }
  const answer = await client.apply(probe, { fieldManager: FIELD_MANAGER, dryRun: true })
  return answer.metadata.labels?.injected === 'yes'
}

const established = {
  status: { conditions: expect.arrayContaining([expect.objectContaining({ type: 'Established', status: 'True' })]) },
}

/** The real helm installs a chart; what it stored is what its objects are compared with. */
async function install(control: ControlPlane): Promise<DeclaredObject[]> {
  const homeDir = await mkdtemp(join(tmpdir(), 'atrium-corpus-'))
  const chartPath = join(homeDir, 'chart')
  await mkdir(join(chartPath, 'templates'), { recursive: true })
  await writeFile(join(chartPath, 'Chart.yaml'), 'apiVersion: v2\nname: corpus\nversion: 1.0.0\n')
  await writeFile(join(chartPath, 'templates/all.yaml'), corpusChart())
  const valuesPath = join(homeDir, 'values.yaml')
  await writeFile(valuesPath, '')
  await control.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: RELEASE.namespace } })
  const { kubeconfigPath, client } = control
  const helm = new Helm({ command: toolPath('helm'), kubeconfigPath, homeDir, path: '', ...shared })
  try {
    await helm.upgrade({ ...RELEASE, chartPath, valuesPath }, new AbortController().signal)
    return (await chartUnit({ client }, RELEASE)).objects
  } finally {
    await rm(homeDir, { recursive: true, force: true })
  }
}

/** Applies what a case declares, lets happen what it says, and asks the agent; then the agent may heal. */
export async function runCase(cluster: CorpusCluster, one: CorpusCase, index: number): Promise<Outcome> {
  const { client } = cluster
  const namespace = one.released ? RELEASE.namespace : `case-${index}`
  if (!one.released) await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  for (const object of one.before)
    await client.create(await placed(client, object, namespace), { fieldManager: 'other' })
  const declared = await declare(cluster, one, namespace)
  if (!declared !== (one.unguarded === true))
    throw new Error(`whether ${one.released} is kept as declared is not as expected`)
  if (!declared)
    return { found: undefined, repaired: undefined, after: undefined, live: null, declared: null, healed: null }
  for (const event of one.events) await happen(client, event, refOf(declared.object), namespace)
  const live = await client.find(refOf(declared.object))
  if (cluster.forPeer) cluster.forPeer.push(await peerCase(client, declared, live, index))
  const found = await askAgent(client, declared, 'alert')
  if (found === undefined || one.verdict === 'terminating')
    return { found, repaired: undefined, after: undefined, live, declared, healed: null }
  const repaired = await askAgent(client, declared, 'heal')
  const after = await askAgent(client, declared, 'alert')
  return { found, repaired, after, live, declared, healed: await client.find(refOf(declared.object)) }
}

/** What the agent said each time somebody changed the object again, and what the object was like in the end. */
export interface Fight {
  told: (DeviationReport | undefined)[]
  /** Said once more while it leaves the object alone. */
  resting: DeviationReport | undefined
  /** Said after the rest. */
  rested: DeviationReport | undefined
  /** The object's version did not change while the agent left it alone. */
  isLeft: boolean
}

/** `rounds` times: the change happens, and the agent, which heals, looks. */
export async function runFight(cluster: CorpusCluster, one: CorpusCase, rounds: number): Promise<Fight> {
  const { client } = cluster
  const namespace = `fight-${one.name.replaceAll(/\W+/g, '-').toLowerCase()}`.slice(0, 60).replace(/-$/, '')
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  const declared = await declare(cluster, one, namespace)
  if (!declared) throw new Error('nothing is declared')
  const ref = refOf(declared.object)
  const version = async (): Promise<unknown> => {
    const metadata = (await client.find(ref))?.metadata
    // Where there is a generation, controllers may write a status meanwhile.
    return metadata?.generation ?? metadata?.resourceVersion
  }
  const agent = new FightingAgent(client, declared)
  const told: Fight['told'] = []
  for (let round = 1; round <= rounds; round++) {
    for (const event of one.events) await happen(client, event, ref, namespace)
    told.push(await agent.look())
  }
  const before = await version()
  const resting = await agent.look()
  const isLeft = before === (await version())
  await agent.rest()
  return { told, resting, isLeft, rested: await agent.look() }
}

async function declare(
  cluster: CorpusCluster,
  one: CorpusCase,
  namespace: string,
): Promise<DeclaredObject | undefined> {
  const object = await placed(cluster.client, one.declared, namespace)
  if (one.released) return cluster.released.find((released) => keyOf(refOf(released.object)) === keyOf(refOf(object)))
  try {
    await cluster.client.apply(object, { fieldManager: FIELD_MANAGER, force: true })
  } catch (error) {
    // Over what was there before an immutable field may not be changed: that is the case.
    if (!one.refused) throw error
  }
  return { object, manager: FIELD_MANAGER, keep: false, adopted: false }
}

async function happen(client: KubeClient, event: CorpusEvent, declared: KubeRef, namespace: string): Promise<void> {
  const ref = { ...declared, ...event.on }
  const options = { fieldManager: event.by, ...(event.sub ? { subresource: event.sub } : {}) }
  if (event.merge) await client.patch(ref, event.merge, { type: 'merge', ...options })
  if (event.strategic) await client.patch(ref, event.strategic, { type: 'strategic', ...options })
  if (event.json) await client.patch(ref, event.json, { type: 'json', ...options })
  const { update } = event
  // A controller of the cluster may write between the two.
  if (update)
    await until(async () => void (await client.replace(merged(await client.get(ref), update) as KubeObject, options)))
  if (event.create) await client.create(await placed(client, event.create, namespace), options)
  if (event.apply) {
    const { apiVersion, kind, name } = ref
    const whole = merged({ apiVersion, kind, metadata: { name, namespace: ref.namespace } }, event.apply) as KubeObject
    await client.apply(whole, { force: true, ...options })
  }
  if (event.namespace) await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: namespace })
  const { until: wanted } = event
  if (wanted === 'gone') await until(async () => expect(await client.find(ref)).toBeNull())
  else if (wanted) await until(async () => expect(await client.get(ref)).toMatchObject(wanted))
  if (event.delete) await client.delete(ref, { propagation: 'Background' })
}
