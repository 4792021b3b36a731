import { existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from '@atrium/client/client.ts'
import { adoptProcess, signalProcess } from '@atrium/toolchain/process.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  askForCluster,
  conditionOf,
  digestOf,
  infraLayers,
  makeAccount,
  makeProfile,
  overview,
  untilCluster,
  untilGone,
  untilServing,
} from './harness/clusters.ts'
import { openPlatform, type TestPlatform } from './harness/platform.ts'
import { eventually } from './harness/wait.ts'
import { answersAt, namesOf, processesOf } from './harness/world.ts'

const LIMIT_MS = 150_000

let platform: TestPlatform
let client: Client
let accountUid = ''
let infra = ''
beforeAll(async () => {
  platform = await openPlatform()
  await platform.up('--no-demo')
  client = platform.client()
  accountUid = await makeAccount(client)
  infra = await makeProfile(client, { name: 'infra', type: 'infra', layers: infraLayers })
}, LIMIT_MS)
afterAll(() => platform.close())

const folderOf = (uid: string): string => join(platform.home.cloudFolder, 'clusters', uid)
const remove = (uid: string, forceDelete = false) =>
  client.call('DELETE /v1/spectroclusters/{uid}', { params: { uid }, query: forceDelete ? { forceDelete } : {} })
const isDeleting = async (uid: string): Promise<boolean> => (await overview(client, uid)).status?.state === 'Deleting'

/** Nothing of the cluster is left: no process, no folder, nobody on its port, nothing in the cloud's books. */
async function expectNoTrace(uid: string, port?: number): Promise<void> {
  expect(namesOf(processesOf(folderOf(uid)))).toEqual([])
  expect(existsSync(folderOf(uid))).toBe(false)
  if (port !== undefined) expect(await answersAt(port)).toBe(false)
  expect((await platform.cloud().clusters()).map((cluster) => cluster.uid)).not.toContain(uid)
}

describe('deletion of a cluster', () => {
  it(
    'in the middle of its provisioning leaves nothing',
    async () => {
      const uid = await askForCluster(client, 'unwanted', accountUid, [infra])
      await eventually('its control plane is started', () => {
        const found = namesOf(processesOf(folderOf(uid)))
        return { done: found.some((line) => line.includes('kube-apiserver')), seen: found }
      })
      await remove(uid)
      expect(await isDeleting(uid)).toBe(true)
      await untilGone(client, uid)
      await expectNoTrace(uid)
    },
    LIMIT_MS,
  )

  it(
    'before anything of it exists leaves nothing',
    async () => {
      const uid = await askForCluster(client, 'regretted', accountUid, [infra])
      await remove(uid)
      await untilGone(client, uid)
      await expectNoTrace(uid)
    },
    LIMIT_MS,
  )

  it(
    'goes on after a crash of server and cloud, and leaves nothing',
    async () => {
      const uid = await askForCluster(client, 'doomed', accountUid, [infra])
      const { status } = await untilServing(client, uid)
      const port = status?.apiEndpoints?.[0]?.port ?? 0
      expect(await answersAt(port)).toBe(true)
      // A cloud that does not answer: nothing can be removed, and everything is still there.
      await signalCloud('SIGSTOP')
      await remove(uid)
      const server = await adoptProcess(platform.home.recordFile('server'))
      expect(server && signalProcess(server, 'SIGKILL')).toBe(true)
      await signalCloud('SIGKILL')
      const up = await platform.up('--no-demo')
      expect(up.cluster).toBeNull()
      await untilGone(client, uid)
      await expectNoTrace(uid, port)
    },
    LIMIT_MS,
  )

  it(
    'that cannot go on says so and what remains, and with force gives up on what it cannot remove and records it',
    async () => {
      const uid = await askForCluster(client, 'stubborn', accountUid, [infra])
      await untilServing(client, uid)
      breakCloud()
      try {
        const told = await platform.attempt('delete', 'cluster', 'stubborn')
        expect([told.exitCode, told.output]).toEqual([1, expect.stringMatching(/waits for a person: .*Next step: /)])
        const blocked = await untilCluster(
          client,
          uid,
          'it says what blocks it',
          (one) => conditionOf(one, 'Deleting')?.reason === 'DeletionBlocked',
        )
        expect(conditionOf(blocked, 'Deleting')?.message).toMatch(/What remains: ControlPlane .*Machine /)
        const next = expect.stringContaining('Next step')
        expect(conditionOf(blocked, 'Stalled'), digestOf(blocked).conditions.join('\n')).toMatchObject({
          status: 'True',
          message: next,
        })
        expect(conditionOf(blocked, 'Stalled')?.message).toContain('force')
        await remove(uid, true)
        await untilGone(client, uid)
      } finally {
        mendCloud()
      }
      // Given up means left: its cloud still has it, as the record of the deletion says.
      expect((await platform.cloud().clusters()).map((cluster) => cluster.uid)).toContain(uid)
      expect(await platform.atrium('local', 'cluster', 'list')).toContain(uid)
      await platform.atrium('local', 'cluster', 'delete', 'stubborn')
      await expectNoTrace(uid)
    },
    LIMIT_MS,
  )
})

/** Its door is gone: whoever knocks is told at once that nothing answers. */
const door = (): string => join(platform.home.cloudFolder, 'run', 'cloud.sock')
const breakCloud = (): void => renameSync(door(), `${door()}.away`)
const mendCloud = (): void => renameSync(`${door()}.away`, door())

async function signalCloud(signal: NodeJS.Signals): Promise<void> {
  const cloud = await adoptProcess(platform.home.recordFile('cloud'))
  expect(cloud && signalProcess(cloud, signal)).toBe(true)
}
