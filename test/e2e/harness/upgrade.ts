import type { Client } from '@atrium/client/client.ts'

/** What the events of a cluster tell since its last upgrade began, in order. */
export interface UpgradeStory {
  /** `control plane`, then the machine of a pool that is worked on, then how it ended. */
  steps: string[]
  /** `+ NAME` for a machine that was created, `- NAME` for one that is gone. */
  machines: string[]
}

export async function upgradeStory(client: Client, uid: string): Promise<UpgradeStory> {
  const params = { objectKind: 'spectrocluster', objectUid: uid } as const
  const { items } = await client.call('GET /v1/events/components/{objectKind}/{objectUid}', {
    params,
    query: { limit: 0 },
  })
  const events = (items ?? []).toReversed()
  const begin = events.findLastIndex(({ reason, message }) => stepOf(reason, message) === 'control plane')
  const since = events.slice(begin)
  return {
    steps: since.flatMap(({ reason, message }) => stepOf(reason, message) ?? []),
    machines: since.flatMap(({ message = '' }) => {
      const [, name, what] = /^Machine (\S+) (was created|is gone)\.$/.exec(message) ?? []
      return name === undefined ? [] : [`${what === 'is gone' ? '-' : '+'} ${name}`]
    }),
  }
}

function stepOf(reason: string | undefined, message = ''): string | null {
  if (reason === 'KubernetesUpgradeEnded') return message
  // The condition's own event tells since when; a step's does not.
  const step = /^Upgrading Kubernetes \S+ → \S+: ([^(]*)\.$/.exec(message)?.[1]
  return reason === 'KubernetesUpgrading' && step !== undefined ? step : null
}
