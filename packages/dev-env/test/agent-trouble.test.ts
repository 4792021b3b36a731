import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { KubeClient } from '@atrium/kube/client.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { logTail } from '@atrium/toolchain/process.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newAuthorities } from '../src/link-plane.ts'
import { type DevPlane, startDevPlane } from '../src/plane.ts'
import { createManagedCluster, type ManagedCluster, specOf } from './support/managed-cluster.ts'

const web = (replicas: number, node = ''): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: default }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: web, image: web:1 }]
      nodeSelector: { ${node} }
`

const LIMIT_MS = 240_000
const mine = { fieldManager: 'an-administrator', force: true }
const inSystem = { apiVersion: 'v1', namespace: 'atrium-system' }

let plane: DevPlane
let shop: ManagedCluster
let kube: KubeClient
beforeAll(async () => {
  // The plane repairs what it pushed sooner than usual; a token lives longer than a mounted Secret takes to follow (15 s).
  const clusterTiming = { stepLimitMs: 5_000, agentCheckMs: 10_000, tokenMaxAgeMs: 15_000 }
  plane = await startDevPlane({ clusterTiming })
  shop = await createManagedCluster(plane, 'shop', specOf(web(1)))
  await shop.eventuallyShown('Running-Healthy')
  kube = await shop.kube()
}, LIMIT_MS)
afterAll(async () => {
  await kube.close()
  await plane.close()
})

const declare = (manifests: string): Promise<unknown> =>
  shop.inTenant((tx) => tx.update('Cluster', shop.uid, { spec: specOf(manifests) }))

/** What the agents of this cluster wrote, those that are gone left out. */
const agentLog = (): string => {
  const pods = join(plane.home, 'cloud', 'clusters', shop.uid, 'pods')
  return readdirSync(pods)
    .map((uid) => logTail(join(pods, uid, 'logs', 'agent.log'), 64 * 1024))
    .join('\n')
}

describe('an agent that is kept from its work', () => {
  it(
    'by a role that lacks a right says in its layer which one, and goes on once it has it',
    async () => {
      const rules = [
        { apiGroups: [''], resources: ['*'], verbs: ['*'] },
        { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] },
        { nonResourceURLs: ['*'], verbs: ['*'] },
      ]
      const role = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'atrium-agent' },
      }
      await kube.apply({ ...role, rules }, mine)
      await declare(web(2))
      await shop.eventually('the layer names the right', async () => {
        // The plane repairs it now and then.
        await kube.apply({ ...role, rules }, mine)
        const layers = await shop.condition('LayersReady')
        return (
          layers?.reason === 'LayerFailed' && /deployments.*forbidden|cannot \w+ .*deployments/.test(layers.message)
        )
      })
      await shop.eventually('it is declared and serves', async () => {
        const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'default', name: 'web' }
        const { spec } = await kube.get<KubeObject & { spec: { replicas: number } }>(ref)
        return spec.replicas === 2 && (await shop.shown()) === 'Running-Healthy'
      })
    },
    LIMIT_MS,
  )

  it.each([
    ['a wrong token', async () => ({ token: 'no-such-token' }), /enrol answered 401/],
    [
      'a foreign authority',
      async () => ({ 'ca.crt': (await newAuthorities()).authority.certificatePem }),
      /self-signed certificate|unable to (verify|get)/,
    ],
  ])(
    'by %s in its Secret is told as away, its log says why, and comes back with a new one',
    async (_, wrong, why) => {
      const fields = Object.entries(await wrong()).map(([key, value]) => [key, Buffer.from(value).toString('base64')])
      const data = Object.fromEntries(fields) as Record<string, string>
      const spoil = (): Promise<unknown> => {
        const annotations = { 'atrium.dev/token-issued-at': new Date(systemClock.now()).toISOString() }
        const metadata = { name: 'atrium-agent-enrolment', namespace: 'atrium-system', annotations }
        return kube.apply({ apiVersion: 'v1', kind: 'Secret', metadata, data }, mine)
      }
      await spoil()
      // Without a key it has to enrol anew, and the next pod knows no other.
      await kube.delete({ ...inSystem, kind: 'Secret', name: 'atrium-agent-identity' })
      const [pod] = (await kube.list({ ...inSystem, kind: 'Pod' })).items
      await kube.delete({ ...inSystem, kind: 'Pod', name: pod?.metadata.name ?? '' })
      await shop.eventually('its log says why', async () => {
        // The plane repairs it now and then.
        await spoil()
        return why.test(agentLog())
      })
      await shop.eventually('it is told as away', async () => (await shop.condition('AgentReady'))?.status === 'False')
      const told = await shop.condition('AgentReady')
      expect(told?.message).toMatch(/kubectl -n atrium-system logs deployment\/atrium-agent/)
      await shop.eventuallyShown('Running-Healthy', LIMIT_MS)
      expect((await shop.condition('AgentReady'))?.status).toBe('True')
    },
    LIMIT_MS,
  )

  it(
    'by a layer that never becomes ready says which one, though nothing fails',
    async () => {
      await declare(web(1, 'no-such: node'))
      await shop.eventually('it is stalled', async () => {
        const stalled = await shop.condition('Stalled')
        return stalled?.reason === 'NoProgress' && /Next step: Look at the objects of layer web/.test(stalled.message)
      })
      await declare(web(1))
      await shop.eventuallyShown('Running-Healthy')
      expect((await shop.condition('Stalled'))?.status).toBe('False')
    },
    LIMIT_MS,
  )
})
