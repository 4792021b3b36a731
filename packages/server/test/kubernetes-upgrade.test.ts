import type { ClusterStatus } from '@atrium/api/kinds/cluster.ts'
import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TestApi } from './support/api.ts'
import { type MadeCluster, newCluster, newProfile, openClusterApi, workers } from './support/clusters.ts'

let api: TestApi
let made: MadeCluster
/** Uids of infrastructure profiles by the version of their Kubernetes layer. */
const infra = new Map<string, string>()

beforeAll(async () => {
  api = await openClusterApi()
  made = await newCluster(api)
  for (const version of ['1.33.6', '1.34.4', '1.35.4', '1.36.3'])
    infra.set(version, await newProfile(made.call, 'infra', 'infra', version))
  await attach('1.34.4')
  await report({ kubernetesVersion: 'v1.34.4', endpoint: { host: 'h', port: 1 } })
})
afterAll(() => api.close())

const report = (status: Partial<ClusterStatus>): Promise<void> =>
  api.context.store.transaction(made.tenant, operatorActor, (tx) =>
    tx.updateStatus('Cluster', made.cluster, { status }),
  )
const profilesOf = (version: string) => ({ body: { profiles: [{ uid: infra.get(version) }] } })
const attach = (version: string) => made.call(`PATCH /v1/spectroclusters/${made.cluster}/profiles`, profilesOf(version))
const attached = async (): Promise<unknown> => {
  const { body } = await made.call(`GET /v1/spectroclusters/${made.cluster}`)
  return body.spec.clusterProfileTemplates.map((one: { uid: string }) => one.uid)
}

test('a Kubernetes layer that would skip a minor or go back is refused, with the field and what to do', async () => {
  const before = await attached()
  for (const [version, words] of [
    ['1.36.3', /skip|one after the other, and 1\.35 is next\. Give the kubernetes layer a version of 1\.35 first/],
    ['1.33.6', /never goes back to an older version\. Give the kubernetes layer version 1\.34\.4 or a newer one/],
  ] as const) {
    for (const route of [
      `PATCH /v1/spectroclusters/${made.cluster}/profiles`,
      `POST /atrium/v1/clusters/${made.cluster}/profiles`,
    ]) {
      const { status, body } = await made.call(route, profilesOf(version))
      expect([status, body.code], body.message).toEqual([400, 'InvalidRequest'])
      expect(body.message).toMatch(
        /^spec\.profiles\[0\]: profile 'infra' [\d.]+, layer 'infra-layer': Kubernetes 1\.34\.4/,
      )
      expect(body.message).toMatch(words)
    }
  }
  expect(await attached()).toEqual(before)
  const preview = await made.call(`POST /atrium/v1/clusters/${made.cluster}/plan`, profilesOf('1.36.3'))
  expect(preview.body.problems).toEqual([
    expect.objectContaining({ layer: 'infra/infra-layer', message: expect.stringContaining('1.35 is next') }),
  ])
})

test('the preview of an upgrade names each machine that is replaced, the control plane first, by the strategy of its pool', async () => {
  const pool = { cloudConfig: { values: workers(2) }, poolConfig: { updateStrategy: { type: 'RollingUpdateScaleIn' } } }
  const path = `cloudconfigs/cloudTypes/local/${made.config}`
  expect((await made.call(`PUT /v1/${path}/machinePools/workers`, { body: pool })).status).toBe(204)
  const config = await made.call(`GET /v1/${path}`)
  expect(config.body.spec.machinePoolConfig[1].updateStrategy).toEqual({ type: 'RollingUpdateScaleIn' })
  await api.context.store.transaction(made.tenant, operatorActor, async (tx) => {
    for (const [name, pool] of [
      ['one-workers-0', 'workers'],
      ['one-workers-1', 'workers'],
      ['one-cp-0', 'cp'],
    ] as const) {
      const isControlPlane = pool === 'cp'
      const { meta } = await tx.create({
        ...{ kind: 'Machine', project: made.project, name, owner: { kind: 'Cluster', uid: made.cluster } },
        spec: { clusterUid: made.cluster, pool, isControlPlane },
      })
      const labels: Record<string, string> = isControlPlane ? {} : { tier: 'web' }
      const status = { state: 'Running', providerId: name, kubernetesVersion: '1.34.4', labels, taints: [] } as const
      await tx.updateStatus('Machine', meta.uid, { status: { ...status, taints: [] } })
    }
  })
  const { body } = await made.call(`POST /atrium/v1/clusters/${made.cluster}/plan`, profilesOf('1.35.4'))
  const replaced = (machine: string, strategy: string) => [
    'replace-machine',
    `Replace machine ${machine}: Kubernetes 1.34.4 becomes 1.35.4 (${strategy})`,
  ]
  expect(body.machines.map(({ type, summary }: Record<string, string>) => [type, summary])).toEqual([
    ['change-version', 'Change to Kubernetes 1.35.4'],
    replaced('one-cp-0 of pool cp', 'RollingUpdateScaleOut'),
    replaced('one-workers-1 of pool workers', 'RollingUpdateScaleIn'),
    replaced('one-workers-0 of pool workers', 'RollingUpdateScaleIn'),
  ])
})

test('the next minor is taken; while it is not served it can be taken back, and after that it cannot', async () => {
  expect((await attach('1.35.4')).status).toBe(204)
  expect((await attach('1.34.4')).status).toBe(204)
  expect((await attach('1.35.4')).status).toBe(204)
  await report({ kubernetesVersion: 'v1.35.4' })
  expect((await attach('1.34.4')).status).toBe(400)
  const history = await made.call(`GET /atrium/v1/clusters/${made.cluster}/revisions`)
  const [, former] = history.body.items
  const back = await made.call(`POST /atrium/v1/clusters/${made.cluster}/rollback`, {
    body: { to: former.number, dryRun: true },
  })
  expect([back.status, back.body.message]).toEqual([400, expect.stringMatching(/never goes back/)])
  expect((await attach('1.36.3')).status).toBe(204)
})
