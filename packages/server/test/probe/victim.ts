import { randomUUID } from 'node:crypto'
import { builtInRoleNamed } from '@atrium/api/permissions/roles.ts'
import { issueServerCertificate } from '@atrium/dev-env/server-certificate.ts'
import type { Caller, TestApi } from '../support/api.ts'
import { made } from '../support/calls.ts'

/** A tenant with one of everything; what belongs to its first project carries `canary` in texts that are shown. */
export interface Victim {
  tenant: string
  canary: string
  project: string
  /** Another project, with nothing of the canary in it. */
  otherProject: string
  /** Uids by what they name. */
  uids: Record<string, string>
  /** In its first project, and without the canary: for those who may see a part of it. */
  open: { cluster: string; workspace: string; filter: string }
  admin: Caller
}

const controlPlane = `apiVersion: controlplane.cluster.x-k8s.io/v1beta1
kind: KubeadmControlPlane
metadata:
  name: cp
spec:
  replicas: 1
  version: v1.34.4
`
const workers = `apiVersion: cluster.x-k8s.io/v1beta1
kind: MachineDeployment
metadata:
  name: workers
spec:
  clusterName: c
  replicas: 1
  template:
    spec:
      clusterName: c
      version: v1.34.4
`

function profileBody(name: string, type: string, canary: string): object {
  const content = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${canary}`
  const layer = { name: `${canary}-layer`, type: 'manifest', layer: type === 'infra' ? 'k8s' : 'addon', tag: '1.0.0' }
  const packs = [{ ...layer, uid: 'spectro-manifest-pack', values: '', manifests: [{ name: 'one', content }] }]
  return { metadata: { name }, spec: { version: '1.0.0', template: { cloudType: 'all', type, packs }, variables: [] } }
}

export async function createVictim(api: TestApi): Promise<Victim> {
  const canary = `canary-${randomUUID().slice(0, 8)}`
  const { tenant, project, call, adminUid } = await api.newTenant()
  const admin: Caller = (route, given) =>
    call(route, { ...given, headers: { ProjectUid: project.uid, ...given?.headers } })
  const registry = await made(admin, 'POST /v1/registries/oci/basic', {
    metadata: { name: 'packs' },
    spec: { endpoint: 'https://registry.test', auth: { type: 'basic', username: 'u', password: `${canary}-password` } },
  })
  const account = await made(admin, 'POST /v1/cloudaccounts/cloudTypes/local', {
    metadata: { name: `${canary}-account` },
    spec: { credentials: { TOKEN: `${canary}-token` } },
  })
  const gateway = (await admin('GET /v1/overlords')).body.items[0].metadata.uid
  const namedAccount = await made(admin, 'POST /v1/cloudaccounts/aws', {
    metadata: { name: `${canary}-aws`, annotations: { overlordUid: gateway } },
    spec: { credentialType: 'secret', accessKey: `${canary}-key`, secretKey: `${canary}-secret` },
  })
  const infra = await made(admin, 'POST /v1/clusterprofiles', profileBody(`${canary}-infra`, 'infra', canary))
  await admin(`PATCH /v1/clusterprofiles/${infra}/publish`)
  const cluster = await made(
    admin,
    'POST /v1/spectroclusters/cloudTypes/local',
    clusterBody(`${canary}-cluster`, { mark: canary }, account, infra),
  )
  // A second revision: there is something to be rolled back.
  await admin(`PUT /atrium/v1/clusters/${cluster}/policy`, {
    body: { drift: 'alert', nodes: 'alert' },
    headers: { 'atrium-note': canary },
  })
  await admin(`POST /v1/projects/${project.uid}/macros`, { body: { macros: [{ name: 'mark', value: canary }] } })
  const profile = (await admin(`GET /v1/clusterprofiles/${infra}`)).body
  const config = (await admin(`GET /v1/spectroclusters/${cluster}`)).body.spec.cloudConfigRef.uid
  const machine = await api.context.store.transaction(tenant.uid, { type: 'system', uid: 's', name: 's' }, (tx) =>
    tx.create({
      kind: 'Machine',
      project: project.uid,
      name: `${canary}-machine`,
      owner: { kind: 'Cluster', uid: cluster },
      spec: { clusterUid: cluster, pool: 'workers', isControlPlane: false },
    }),
  )
  const imported = await made(admin, 'POST /v1/spectroclusters/generic/import', {
    metadata: { name: `${canary}-imported` },
    spec: { clusterConfig: {} },
  })
  const importedConfig = (await admin(`GET /v1/spectroclusters/${imported}`)).body.spec.cloudConfigRef.uid
  const groups = await makeGroups(admin, canary, cluster, infra)
  const people = await makePeople(admin, call, canary)
  await admin(`PUT /v1/projects/${project.uid}/alerts/ClusterHealth`, {
    body: { channels: [{ type: 'http', createdBy: canary, http: { url: `https://${canary}.example` } }] },
  })
  await call(`POST /v1/tenants/${tenant.uid}/saml/config`, { body: { federationMetadata: canary } })
  const { caPem: certificate } = await issueServerCertificate()
  const trusted = await made(call, `POST /v1/tenants/${tenant.uid}/assets/certs`, {
    metadata: { name: `${canary}-certificate` },
    spec: { certificate },
  })
  return {
    tenant: tenant.uid,
    canary,
    project: project.uid,
    otherProject: await made(call, 'POST /v1/projects', { metadata: { name: 'other' } }),
    uids: {
      tenant: tenant.uid,
      project: project.uid,
      account,
      namedAccount,
      gateway,
      registry,
      profile: infra,
      pack: profile.spec.published.packs[0].packUid,
      cluster,
      config,
      machine: machine.meta.uid,
      imported,
      importedConfig,
      certificate: trusted,
      ...groups,
      ...people,
      admin: adminUid,
    },
    open: await makeOpen(admin, call),
    admin,
  }
}

const clusterBody = (name: string, labels: object, account: string, profile: string): object => ({
  metadata: { name, labels, annotations: {} },
  spec: {
    cloudAccountUid: account,
    cloudConfig: { values: '' },
    machinepoolconfig: [
      { cloudConfig: { values: controlPlane }, poolConfig: { isControlPlane: true } },
      { cloudConfig: { values: workers }, poolConfig: { isControlPlane: false } },
    ],
    profiles: [{ uid: profile }],
  },
})

/** What a resource role and a role in a workspace can be given for, beside what they must not show. */
async function makeOpen(admin: Caller, call: Caller) {
  const account = await made(admin, 'POST /v1/cloudaccounts/cloudTypes/local', {
    metadata: { name: 'open-account' },
    spec: { credentials: { TOKEN: 'open' } },
  })
  const infra = await made(admin, 'POST /v1/clusterprofiles', profileBody('open-infra', 'infra', 'open'))
  await admin(`PATCH /v1/clusterprofiles/${infra}/publish`)
  const body = clusterBody('open-cluster', { mark: 'open' }, account, infra)
  const cluster = await made(admin, 'POST /v1/spectroclusters/cloudTypes/local', body)
  const workspace = await made(admin, 'POST /v1/workspaces', {
    metadata: { name: 'open-workspace' },
    spec: { clusterNamespaces: [{ name: 'open' }] },
  })
  const filter = await made(call, 'POST /v1/filters/tag', {
    metadata: { name: 'open-filter' },
    spec: { filterGroup: { filters: [{ key: 'mark', operator: 'eq', values: ['open'] }] } },
  })
  return { cluster, workspace, filter }
}

/** What clusters and profiles are gathered in. */
async function makeGroups(admin: Caller, canary: string, cluster: string, infra: string) {
  const workspace = await made(admin, 'POST /v1/workspaces', {
    metadata: { name: `${canary}-workspace` },
    spec: {
      clusterRefs: [{ clusterUid: cluster }],
      clusterNamespaces: [{ name: canary }],
      clusterRbacs: [
        {
          spec: {
            bindings: [
              {
                type: 'ClusterRoleBinding',
                role: { kind: 'ClusterRole', name: canary },
                subjects: [{ type: 'User', name: canary }],
              },
            ],
          },
        },
      ],
    },
  })
  const rbac = (await admin(`GET /v1/workspaces/${workspace}`)).body.spec.clusterRbacs[0].metadata.uid
  const policy = await made(admin, 'POST /v1/spcPolicies/maintenance', {
    metadata: { name: `${canary}-policy` },
    spec: { schedules: [{ name: canary, startCron: '0 2 * * *', durationHrs: 4 }] },
  })
  const template = await made(admin, 'POST /v1/clusterTemplates', {
    metadata: { name: `${canary}-template` },
    spec: { cloudType: 'local', profiles: [{ uid: infra }], policies: [{ uid: policy, kind: canary }] },
  })
  const group = await made(admin, 'POST /v1/clustergroups', {
    metadata: { name: `${canary}-group` },
    spec: { clusterRefs: [{ clusterUid: cluster }], clustersConfig: { values: canary } },
  })
  return { workspace, rbac, policy, template, group }
}

/** Who there is, and what belongs to people. */
async function makePeople(admin: Caller, call: Caller, canary: string) {
  const role = await made(call, 'POST /v1/roles', {
    metadata: { name: `${canary}-role` },
    spec: { scope: 'tenant', permissions: ['audit.get'] },
  })
  const user = await made(call, 'POST /v1/users', {
    spec: { emailId: `${canary}@example.com`, firstName: canary, lastName: 'V' },
  })
  const team = await made(call, 'POST /v1/teams', { metadata: { name: `${canary}-team` }, spec: { users: [user] } })
  const filter = await made(call, 'POST /v1/filters/tag', {
    metadata: { name: `${canary}-filter` },
    spec: { filterGroup: { filters: [{ key: canary, operator: 'eq', values: [canary] }] } },
  })
  const tagged = { roles: [builtInRoleNamed('Resource Cluster Admin').uid], filterRefs: [filter] }
  const project = (await admin('GET /v1/dashboard/projects/metadata')).body.items[0].metadata.uid
  await admin(`POST /v1/users/${user}/resourceRoles`, { body: { ...tagged, projectUids: [project] } })
  const resourceRole = (await admin(`GET /v1/users/${user}/resourceRoles`)).body.resourceRoles[0].uid
  const publicKey = `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGnBq7u7J1cVq4x0yqk2Yk3vX0pXH0cZx5m1nWlqf0aB ${canary}`
  const sshKey = await made(admin, 'POST /v1/users/assets/sshkeys', {
    metadata: { name: `${canary}-key` },
    spec: { publicKey },
  })
  const edgeToken = await made(call, 'POST /v1/edgehosts/tokens', { metadata: { name: `${canary}-token` } })
  const location = await made(admin, 'POST /v1/users/assets/locations/minio', {
    metadata: { name: `${canary}-location` },
    spec: { config: { bucketName: canary, region: 'r', credentials: { credentialType: 'secret', secretKey: canary } } },
  })
  const apiKey = await made(call, 'POST /v1/apiKeys', { metadata: { name: `${canary}-key` }, spec: { userUid: user } })
  return { role, user, team, filter, resourceRole, sshKey, edgeToken, location, apiKey }
}
