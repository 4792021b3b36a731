import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Random } from '@atrium/runtime/base/random.ts'
import type { Fleet } from './fleet.ts'
import { type FleetCluster, scaleWorkers } from './populate.ts'

/** What happens in a fleet that lives; each of them ends well by itself. */
export const happenings = ['scale', 'drift', 'event', 'lose an agent', 'lose a machine'] as const
export type Happening = (typeof happenings)[number]

const AWAY_MS = 30_000
const MOST_WORKERS = 6

/** Something happens `perMinute` times until `signal` aborts. `onHappened` is told what, or why it could not. */
export const live = async (
  fleet: Fleet,
  clusters: readonly FleetCluster[],
  options: {
    perMinute: number
    random: Random
    signal: AbortSignal
    onHappened: (what: string) => void
  },
): Promise<void> => {
  const { perMinute, random, signal, onHappened } = options
  while (!signal.aborted) {
    await fleet.clock.sleep(60_000 / perMinute, signal)
    const cluster = clusters[Math.floor(random.fraction() * clusters.length)]
    const what = happenings[Math.floor(random.fraction() * happenings.length)]
    if (signal.aborted || !cluster || !what) continue
    try {
      await happen(fleet, cluster, what, { random, signal })
      onHappened(`${cluster.name}: ${what}`)
    } catch (error) {
      // A person may have deleted the cluster, or the server is busy: the fleet lives on.
      onHappened(`${cluster.name}: ${what}: ${messageOf(error)}`)
    }
  }
}

export const happen = async (
  fleet: Fleet,
  cluster: FleetCluster,
  what: Happening,
  { random, signal }: { random: Random; signal: AbortSignal },
): Promise<void> => {
  const agent = fleet.agents.get(cluster.uid)
  if (what === 'drift') await agent?.deviate('apps/v1 Deployment default/web')
  if (what === 'event') agent?.tell('Warning', 'BackOff', 'Back-off restarting failed container web')
  if (what === 'scale') {
    const size = Math.floor(random.fraction() * (MOST_WORKERS + 1))
    await scaleWorkers(fleet.client, cluster, size)
  }
  if (what === 'lose a machine') {
    const worker = fleet.cloud.present(cluster.uid).machines.find(({ isControlPlane }) => !isControlPlane)
    if (worker) fleet.cloud.powerMachine(cluster.uid, worker.name, 'terminated')
  }
  if (what === 'lose an agent' && agent) {
    await agent.stop()
    const back = fleet.clock.sleep(AWAY_MS, signal)
    void back.then(() => (signal.aborted ? undefined : agent.start()))
  }
}
