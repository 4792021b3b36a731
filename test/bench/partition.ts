/**
 * Half of a fleet falls into a black hole: how long until its clusters are shown as unreachable; after its end, how long
 * until the last agent is back, until each is shown so, and until everything declared meanwhile is there.
 * Run: `node test/bench/partition.ts [--clusters 24] [--rounds 3]`. Server, PostgreSQL and all agents share this machine.
 */
import { parseArgs } from 'node:util'
import { linkLimits } from '@atrium/api/link/protocol.ts'
import { openPartitionWorld } from '@atrium/dev-env/chaos/partition-world.ts'
import { changeApps, forEach, makeApps } from '@atrium/dev-env/simulated-fleet/populate.ts'
import { report } from './support/report.ts'

const { values } = parseArgs({
  options: { clusters: { type: 'string', default: '24' }, rounds: { type: 'string', default: '3' } },
})
const rounds = Number(values.rounds)
const HOLE_MS = 40_000
/** Long enough that a link counts as good again, and short dials begin anew. */
const REST_MS = 35_000
const SILENT_S = (linkLimits.missedHeartbeats * linkLimits.heartbeatMs) / 1000

const world = await openPartitionWorld({ clusters: Number(values.clusters), workers: 1, seed: 1, loss: 0, skewMs: 0 })
try {
  const { fleet, far, near, history } = world
  const { clock, client, agents } = fleet
  const uids = far.map(({ uid }) => uid)
  /** When each was shown so, by uid. */
  const shown = async (status: string, sinceMs: number): Promise<Map<string, number>> => {
    for (;;) {
      const all = (await history.changes('AgentReady', uids, sinceMs)).filter((change) => change.status === status)
      if (all.length >= uids.length) return new Map(all.map(({ uid, atMs }) => [uid, atMs]))
      await clock.sleep(100)
    }
  }
  const connected = async (): Promise<Map<string, number>> => {
    const at = new Map<string, number>()
    while (at.size < uids.length) {
      for (const uid of uids) if (!at.has(uid) && agents.get(uid)?.connected) at.set(uid, clock.now())
      await clock.sleep(5)
    }
    return at
  }
  const lastOf = (at: Map<string, number>, sinceMs: number): number => (Math.max(...at.values()) - sinceMs) / 1000
  const gone: number[] = []
  const back: number[] = []
  const shownAfter: number[] = []
  const shownBack: number[] = []
  const converged: number[] = []
  let apps = world.profiles.apps
  for (let round = 1; round <= rounds; round += 1) {
    await clock.sleep(REST_MS)
    const next = await makeApps(client, `1.${round}.0`)
    world.cut()
    const cutMs = clock.now()
    const isGone = shown('False', cutMs)
    await forEach(far.length, 4, async (index) => {
      const cluster = far[index]
      if (cluster) await changeApps(client, cluster, apps, next)
    })
    apps = next
    gone.push(lastOf(await isGone, cutMs))
    await clock.sleep(HOLE_MS - (clock.now() - cutMs))
    world.heal()
    const healedMs = clock.now()
    const areBack = connected()
    const areShown = shown('True', healedMs)
    const hasIt = (uid: string): boolean => {
      const agent = agents.get(uid)
      const version = agent?.desired?.layers.find(({ name }) => name === 'web')?.version
      return version === `1.${round}.0` && agent?.applied?.generation === agent?.desired?.generation
    }
    while (!uids.every(hasIt)) await clock.sleep(20)
    converged.push((clock.now() - healedMs) / 1000)
    const [backAt, shownAt] = [await areBack, await areShown]
    back.push(lastOf(backAt, healedMs))
    shownBack.push(lastOf(shownAt, healedMs))
    shownAfter.push(Math.max(...uids.map((uid) => (shownAt.get(uid) ?? 0) - (backAt.get(uid) ?? 0))) / 1000)
  }
  report(`${far.length} of ${far.length + near.length} agents in a black hole for ${HOLE_MS / 1000} s`, [
    { name: 'all shown as unreachable after', runs: gone, unit: 's', atMost: SILENT_S + 1 },
    { name: 'its end to the last agent back', runs: back, unit: 's', atMost: 1 },
    { name: 'an agent back to its cluster shown so, longest', runs: shownAfter, unit: 's', atMost: 1 },
    { name: 'its end to the last cluster shown as back', runs: shownBack, unit: 's' },
    { name: 'all changed as declared after its end', runs: converged, unit: 's', atMost: 30 },
  ])
} finally {
  await world.close()
}
