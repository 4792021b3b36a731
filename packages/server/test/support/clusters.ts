import { FakeCloud } from '@atrium/provider-inmemory/cloud.ts'
import { createInMemoryProvider } from '@atrium/provider-inmemory/provider.ts'
import { parsePool } from '@atrium/provider-local/provider/parse-pool.ts'
import { expect } from 'vitest'
import { type Caller, openTestApi, type TestApi } from './api.ts'

export const controlPlane = `apiVersion: controlplane.cluster.x-k8s.io/v1beta1
kind: KubeadmControlPlane
metadata:
  name: cp
spec:
  replicas: 1
  version: v1.34.4
`
export const workers = (replicas: number, name = 'workers'): string => `# kept: text is the client's own
apiVersion: cluster.x-k8s.io/v1beta1
kind: MachineDeployment
metadata:
  name: ${name}
spec:
  clusterName: c
  replicas: ${replicas}
  template:
    metadata:
      labels:
        tier: web
    spec:
      clusterName: c
      version: v1.34.4
`

/** An API whose cloud `local` is in memory. */
export const openClusterApi = (): Promise<TestApi> =>
  openTestApi({ providers: [{ ...createInMemoryProvider(new FakeCloud()), cloudType: 'local', parsePool }] })

/** A profile of one manifest layer: enough to be attached. */
export async function newProfile(call: Caller, name: string, type: string, version = '1.0.0'): Promise<string> {
  const pack = { name: `${name}-layer`, type: 'manifest', layer: type === 'infra' ? 'k8s' : 'addon', tag: version }
  const manifests = [{ name: 'one', content: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one' }]
  const packs = [{ ...pack, uid: 'spectro-manifest-pack', values: '', manifests }]
  const variables = [{ name: 'replicas', displayName: 'Replicas', defaultValue: '1' }]
  const created = await call('POST /v1/clusterprofiles', {
    body: { metadata: { name }, spec: { version, template: { cloudType: 'all', type, packs }, variables } },
  })
  expect(created.status, created.text).toBe(201)
  expect((await call(`PATCH /v1/clusterprofiles/${created.body.uid}/publish`)).status).toBe(204)
  return created.body.uid
}

export interface MadeCluster {
  /** As the tenant's administrator, in the cluster's project. */
  call: Caller
  tenant: string
  project: string
  account: string
  infra: string
  addon: string
  cluster: string
  config: string
}

/** A cluster of two profiles in a tenant of its own. */
export async function newCluster(api: TestApi): Promise<MadeCluster> {
  const tenant = await api.newTenant()
  const scope = { ProjectUid: tenant.project.uid }
  const inProject: Caller = (route, call) => tenant.call(route, { ...call, headers: { ...scope, ...call?.headers } })
  const account = await inProject('POST /v1/cloudaccounts/cloudTypes/local', {
    body: { metadata: { name: 'mine', annotations: { overlordUid: '' } }, spec: { credentials: { TOKEN: 'hush' } } },
  })
  expect(account.status, account.text).toBe(201)
  const infra = await newProfile(inProject, 'infra', 'infra')
  const addon = await newProfile(inProject, 'web', 'add-on')
  const created = await inProject('POST /v1/spectroclusters/cloudTypes/local', {
    body: clusterBody(account.body.uid, [infra, addon]),
  })
  expect(created.status, created.text).toBe(201)
  const cluster = await inProject(`GET /v1/spectroclusters/${created.body.uid}`)
  return {
    call: inProject,
    tenant: tenant.tenant.uid,
    project: tenant.project.uid,
    account: account.body.uid,
    infra,
    addon,
    cluster: created.body.uid,
    config: cluster.body.spec.cloudConfigRef.uid,
  }
}

export const clusterBody = (account: string, profiles: string[], pools = [workers(2)]): object => ({
  metadata: { name: 'one', labels: { team: 'blue' }, annotations: { description: '' } },
  spec: {
    cloudAccountUid: account,
    cloudConfig: { values: 'kind: Cluster # as sent\n' },
    machinepoolconfig: [
      { cloudConfig: { values: controlPlane }, poolConfig: { isControlPlane: true, useControlPlaneAsWorker: true } },
      ...pools.map((values) => ({ cloudConfig: { values }, poolConfig: { isControlPlane: false, taints: null } })),
    ],
    profiles: profiles.map((uid) => ({ uid, packValues: null, variables: null })),
  },
})
