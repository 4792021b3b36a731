import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { v1SpectroClusterUidSummary } from '@atrium/api/generated/operations.d.ts'
import type { Client } from '@atrium/client/client.ts'
import { ApiError } from '@atrium/client/error.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { clusterPorts, killOne, type Victim, victimOrder } from '../e2e/harness/chaos.ts'
import {
  askForCluster,
  conditionOf,
  digestOf,
  infraLayers,
  isServing,
  kubeOf,
  makeAccount,
  makeProfile,
  overviewOrGone,
} from '../e2e/harness/clusters.ts'
import { type Deployment, hello, nodesOf, podsOf } from '../e2e/harness/objects.ts'
import { complaints, openPlatform, type TestPlatform } from '../e2e/harness/platform.ts'
import { eventually } from '../e2e/harness/wait.ts'
import { answersAt, namesOf, processesOf } from '../e2e/harness/world.ts'

const whole = process.env.ATRIUM_TEST_ALL === '1'
const kills = Number(process.env.ATRIUM_CRASH_KILLS ?? (whole ? 300 : 10))
/** `ATRIUM_CRASH_SEED=… ./atrium test test/chaos/crash.test.ts` repeats victims and delays; a run that fails says it. */
const seed = Number(process.env.ATRIUM_CRASH_SEED ?? Date.now() % 1_000_000)
/** Longest pause before a kill: short against a provisioning, long against a deletion. */
const PAUSE_MS = 3_500
/** A cluster that ends in no state within this time after its beginning and the last kill hangs. */
const STEP_LIMIT_MS = 120_000
const LIMIT_MS = 120_000 + kills * 25_000

let platform: TestPlatform
let client: Client
/** While there is something to survive. */
let striking = true
let calmSince = 0
const story: string[] = []
const began = systemClock.now()
const tell = (line: string): void => void story.push(`${((systemClock.now() - began) / 1000).toFixed(1)} s  ${line}`)

interface Ingredients {
  accountUid: string
  infra: string
  apps: string[]
}
let made: Ingredients
beforeAll(async () => {
  platform = await openPlatform()
  await platform.up('--no-demo')
  client = platform.client()
  const versions = ['1.0.0', '1.1.0']
  made = {
    accountUid: await makeAccount(client),
    infra: await makeProfile(client, { name: 'infra', type: 'infra', layers: infraLayers }),
    apps: await Promise.all(
      versions.map((version) =>
        makeProfile(client, { name: 'apps', version, layers: [{ pack: 'hello-atrium', version }] }),
      ),
    ),
  }
}, LIMIT_MS)
afterAll(() => platform.close())

/** A request, sent again until a server answers it: servers come and go here. */
const insist = <T>(what: string, send: () => Promise<T>): Promise<{ answer: T }> =>
  eventually(
    what,
    async () => {
      try {
        return { done: { answer: await send() }, seen: null }
      } catch (error) {
        // Refused for what it asks: no server of the future will answer otherwise.
        if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error
        return { done: null, seen: error }
      }
    },
    STEP_LIMIT_MS,
  )

const find = async (uid: string): Promise<v1SpectroClusterUidSummary | null> =>
  (await insist(`overview of ${uid}`, () => overviewOrGone(client, uid))).answer

/** Waits until the cluster is where it should be, or Failed with a reason and a next step. */
const settle = (
  uid: string,
  what: string,
  wanted: (one: v1SpectroClusterUidSummary | null) => Promise<boolean> | boolean,
) => {
  const asked = systemClock.now()
  return eventually(
    what,
    async () => {
      const summary = await find(uid)
      const failed = summary?.status?.state === 'Failed'
      if (failed) expect(conditionOf(summary, 'Stalled')?.message).toContain('Next step')
      return { done: failed || (await wanted(summary)), seen: summary && digestOf(summary) }
    },
    STEP_LIMIT_MS,
    () => Math.max(asked, calmSince),
  )
}

/** Whether the Deployment of this version serves; no while the cluster cannot be asked. */
async function serves(uid: string, version: string): Promise<boolean> {
  try {
    const kube = await kubeOf(client, uid)
    try {
      const found = await kube.find<Deployment>(hello.deployment)
      const isVersion = found?.metadata.labels?.['app.kubernetes.io/version'] === version
      return isVersion && found.status?.availableReplicas === found.spec.replicas
    } finally {
      await kube.close()
    }
  } catch {
    return false
  }
}

const untilServes = (uid: string, version: string): Promise<boolean> =>
  settle(
    uid,
    `${uid} Running and Healthy with hello-atrium ${version}`,
    async (one) => one !== null && isServing(one) && (await serves(uid, version)),
  )

/** The uid of a cluster that was asked for, whether or not the answer arrived. */
async function ask(name: string): Promise<string> {
  const profiles = [made.infra, made.apps[0] ?? '']
  const { answer } = await insist(`creation of ${name}`, async () => {
    const page = await client.call('POST /v1/dashboard/spectroclusters/search', { body: {} })
    const known = page.items?.find(({ metadata }) => metadata?.name === name)?.metadata?.uid
    return known ?? (await askForCluster(client, name, made.accountUid, profiles))
  })
  return answer
}

const deleted = new Map<string, number>()

/** One cluster from its creation over an update to its end. */
async function live(name: string): Promise<void> {
  const uid = await ask(name)
  tell(`${name} (${uid}) asked for`)
  await untilServes(uid, '1.0.0')
  tell(`${name} serves`)
  const body = { profiles: [{ uid: made.apps[1] ?? '' }] }
  await insist(`update of ${name}`, () =>
    client.call('PATCH /v1/spectroclusters/{uid}/profiles', { params: { uid }, body }),
  )
  await untilServes(uid, '1.1.0')
  tell(`${name} is updated`)
  // Once nothing is killed any more, nothing may be amiss.
  if (!striking && (await serves(uid, '1.1.0'))) await expectSound(uid)
  const port = clusterPorts(platform.home).get(uid)
  if (port !== undefined) deleted.set(uid, port)
  await insist(`deletion of ${name}`, async () => {
    if (await overviewOrGone(client, uid)) await client.call('DELETE /v1/spectroclusters/{uid}', { params: { uid } })
  })
  await settle(uid, `${name} gone`, (one) => one === null)
  tell(`${name} is gone`)
}

async function strike(victim: Victim, random: Random): Promise<void> {
  await systemClock.sleep(random.fraction() * PAUSE_MS)
  const pid = await eventually(
    `a ${victim} to kill`,
    async () => ({
      done: await killOne(platform.home, victim, random),
      seen: namesOf(processesOf(platform.home.folder)),
    }),
    STEP_LIMIT_MS,
  )
  tell(`killed ${victim} ${pid}`)
  calmSince = systemClock.now()
  if (victim !== 'server') return
  await platform.up('--no-demo')
  calmSince = systemClock.now()
  tell('server started again')
}

it(
  `${kills} kills at any moment leave every cluster running, deleted or failed with a reason (seed ${seed})`,
  async () => {
    const random = seededRandom(seed)
    // Two lives beside each other, each begun anew while there is something to survive.
    const lives = ['a', 'b'].map(async (letter) => {
      for (let round = 1; striking; round += 1) await live(`${letter}-${round}`)
    })
    const strikes = (async () => {
      for (const victim of victimOrder(kills, random)) await strike(victim, random)
      striking = false
    })()
    try {
      await Promise.all([...lives, strikes])
      await expectNoOrphans()
    } catch (error) {
      striking = false
      const again = `again: ATRIUM_CRASH_SEED=${seed} ATRIUM_CRASH_KILLS=${kills} ./atrium test test/chaos/crash.test.ts`
      const parts = [again, ...story, complaints(platform.home)]
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n${parts.join('\n')}`, {
        cause: error,
      })
    }
  },
  LIMIT_MS,
)

/** Holds exactly what it should, nothing doubled by what was done twice. */
async function expectSound(uid: string): Promise<void> {
  const summary = await find(uid)
  expect(summary?.status?.packs?.map(({ condition }) => condition?.type)).toEqual(Array(5).fill('Ready'))
  // Kills delay what is told of deviations; none may stay open on paper.
  await eventually(
    `${uid} in sync`,
    async () => {
      const summary = await find(uid)
      const sync = summary && conditionOf(summary, 'InSync')
      return { done: sync?.status === 'True', seen: sync }
    },
    STEP_LIMIT_MS,
  )
  const kube = await kubeOf(client, uid)
  try {
    expect(await nodesOf(kube)).toHaveLength(3)
    expect(await podsOf(kube, 'atrium-system')).toHaveLength(1)
  } finally {
    await kube.close()
  }
  // The last one killed may still be on its way back.
  await eventually('exactly one agent', () => {
    const agents = processesOf(join(platform.home.cloudFolder, 'clusters', uid)).filter(({ commandLine }) =>
      commandLine.some((word) => word.endsWith('packages/agent/src/main.ts')),
    )
    return { done: agents.length === 1, seen: namesOf(agents) }
  })
}

async function expectNoOrphans(): Promise<void> {
  expect(await platform.cloud().clusters()).toEqual([])
  expect(readdirSync(join(platform.home.cloudFolder, 'clusters'))).toEqual([])
  for (const [uid, port] of deleted) expect([uid, await answersAt(port)]).toEqual([uid, false])
  const { items } = await client.call('POST /v1/dashboard/spectroclusters/search', { body: {} })
  expect(items).toEqual([])
  // What is left are the four parts of the platform, each once.
  const children = /postgres: |packages\/agent|helm|kube-|etcd|kwok/
  const lines = namesOf(processesOf(platform.home.folder))
  expect(lines.filter((line) => children.test(line) && !line.includes('postgres: '))).toEqual([])
  expect(existsSync(platform.home.readyFile)).toBe(true)
}
