import type { KubeClient } from '@atrium/kube/client.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { describe, expect, it } from 'vitest'
import type { Cache } from './cache.ts'
import type { NodeObject } from './nodes.ts'
import { isUnfinished, PodNudger } from './nudge.ts'
import type { PodObject } from './pods/pod.ts'

const pod = (status: PodObject['status'], more: Partial<PodObject['metadata']> = {}, image = 'web'): PodObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'default', uid: 'u', resourceVersion: '1', ...more },
  spec: { nodeName: 'node', restartPolicy: 'Always', containers: [{ name: 'c', image }] },
  ...(status ? { status } : {}),
})
const condition = (type: string, status: 'True' | 'False') => ({ type, status })
const running = (ready: 'True' | 'False'): NonNullable<PodObject['status']> => ({
  phase: 'Running',
  startTime: '2026-01-01T00:00:00Z',
  conditions: [condition('Ready', ready)],
})

describe('a pod is unfinished', () => {
  it.each([
    ['scheduled and not started', pod(undefined), true],
    ['running and ready', pod(running('True')), false],
    ['running and marked not ready', pod(running('False')), true],
    ['to be deleted', pod(running('True'), { deletionTimestamp: 'now' }), true],
    ['to be deleted and held', pod(running('True'), { deletionTimestamp: 'now', finalizers: ['f'] }), false],
    ['completed', pod({ phase: 'Succeeded', startTime: 'then' }), false],
  ])('%s', (_what, one, expected) => expect(isUnfinished(one)).toBe(expected))
})

describe('PodNudger', () => {
  const world = (pods: PodObject[], nodeReady: 'True' | 'False' = 'True') => {
    let now = 0
    const touched: string[] = []
    const clock: Clock = {
      now: () => now,
      elapsed: () => now,
      after: () => () => undefined,
      sleep: async () => undefined,
    }
    const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node' }, spec: {} }
    const cacheOf = <T extends PodObject | NodeObject>(items: T[]): Cache<T> => ({
      synced: Promise.resolve(),
      get: (name) => items.find(({ metadata }) => metadata.name === name),
      all: () => items,
      stop: async () => undefined,
    })
    const client = {
      patch: async (ref: { name: string }) => void touched.push(ref.name),
    } as Pick<KubeClient, 'patch'>
    const nudger = new PodNudger({
      clock,
      client,
      images: [{ repository: 'atrium-agent', entrypoint: [], env: {} }],
      pods: cacheOf(pods),
      nodes: cacheOf<NodeObject>([{ ...node, status: { conditions: [condition('Ready', nodeReady)] } }]),
    })
    const lookAt = (time: number): Promise<boolean> => {
      now = time
      return nudger.look()
    }
    return { lookAt, touched }
  }

  it('touches a pod that nothing happened to for a while, and no sooner', async () => {
    const { lookAt, touched } = world([pod(running('False'))])
    expect(await lookAt(0)).toBe(true)
    expect(await lookAt(2_900)).toBe(true)
    expect(touched).toEqual([])
    await lookAt(3_000)
    expect(touched).toEqual(['web'])
  })

  it('leaves alone what is well, what runs as a process, and what is on a node that is away', async () => {
    for (const { lookAt, touched } of [
      world([pod(running('True'))]),
      world([pod(running('False'), {}, 'atrium-agent:1')]),
      world([pod(running('False'))], 'False'),
    ]) {
      expect(await lookAt(0)).toBe(false)
      expect(await lookAt(10_000)).toBe(false)
      expect(touched).toEqual([])
    }
  })
})
