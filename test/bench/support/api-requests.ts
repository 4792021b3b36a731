import type { Random } from '@atrium/runtime/base/random.ts'
import type { ApiRequest } from './api-client.ts'

/** What there is to be asked about. */
export interface ApiWorld {
  tenant: string
  projects: string[]
  users: string[]
  profiles: string[]
  /** With the uid under which its infrastructure is shown, and its project. */
  clusters: { uid: string; config: string; project: string }[]
  filters: string[]
}

export interface NamedRequest extends ApiRequest {
  sort: 'read' | 'write'
  /** What is asked, without the uids. */
  name: string
}

type Make = (pick: <T>(list: readonly T[]) => T, world: ApiWorld, index: number) => Omit<ApiRequest, 'method'>

/** How clients name what they make: never the same twice. */
const nameOf = (index: number): string => `bench-${index}`

/** What Terraform and the console ask again and again. */
const reads: Record<string, Make> = {
  'GET /v1/users/info': () => ({ path: '/v1/users/info' }),
  'GET /v1/dashboard/projects/metadata': () => ({ path: '/v1/dashboard/projects/metadata' }),
  'GET /v1/projects/{uid}': (pick, { projects }) => ({ path: `/v1/projects/${pick(projects)}` }),
  'GET /v1/projects/{uid}/macros': (pick, { projects }) => ({ path: `/v1/projects/${pick(projects)}/macros` }),
  'GET /v1/spectroclusters/{uid}': (pick, { clusters }) => inProject(pick(clusters), ''),
  'GET /v1/spectroclusters/{uid}/config/rbacs': (pick, { clusters }) => inProject(pick(clusters), '/config/rbacs'),
  'GET /v1/spectroclusters/{uid}/config/namespaces': (pick, { clusters }) =>
    inProject(pick(clusters), '/config/namespaces'),
  'GET /v1/spectroclusters/{uid}/variables': (pick, { clusters }) => inProject(pick(clusters), '/variables'),
  'GET /v1/dashboard/spectroclusters/{uid}/overview': (pick, { clusters }) => {
    const { uid, project } = pick(clusters)
    return { path: `/v1/dashboard/spectroclusters/${uid}/overview`, project }
  },
  'GET /v1/cloudconfigs/cloudTypes/{cloudType}/{configUid}': (pick, { clusters }) => {
    const { config, project } = pick(clusters)
    return { path: `/v1/cloudconfigs/cloudTypes/inmemory/${config}`, project }
  },
  'POST /v1/dashboard/spectroclusters/search': (pick, { projects }) => ({
    path: '/v1/dashboard/spectroclusters/search?limit=50',
    project: pick([null, ...projects]),
    body: { filter: {}, sort: [{ field: 'clusterName', order: 'asc' }] },
  }),
  'GET /v1/clusterprofiles/{uid}': (pick, { profiles }) => ({ path: `/v1/clusterprofiles/${pick(profiles)}` }),
  'GET /v1/clusterprofiles/{uid}/variables': (pick, { profiles }) => ({
    path: `/v1/clusterprofiles/${pick(profiles)}/variables`,
  }),
  'GET /v1/dashboard/clusterprofiles/metadata': () => ({ path: '/v1/dashboard/clusterprofiles/metadata' }),
  'GET /v1/users': () => ({ path: '/v1/users?limit=50' }),
  'GET /v1/users/{uid}': (pick, { users }) => ({ path: `/v1/users/${pick(users)}` }),
  'GET /v1/users/{uid}/roles': (pick, { users }) => ({ path: `/v1/users/${pick(users)}/roles` }),
  'GET /v1/users/{uid}/projects': (pick, { users }) => ({ path: `/v1/users/${pick(users)}/projects` }),
  'POST /v1/users/summary': (_pick, _world, index) => ({
    path: '/v1/users/summary',
    body: { filter: { emailId: { eq: `user-${index % 2000}@acme.test` } } },
  }),
  'GET /v1/roles': () => ({ path: '/v1/roles' }),
  'GET /v1/teams': () => ({ path: '/v1/teams' }),
  'GET /v1/filters/tag/{uid}': (pick, { filters }) => ({ path: `/v1/filters/tag/${pick(filters)}` }),
  'GET /v1/tenants/{uid}/macros': (_pick, { tenant }) => ({ path: `/v1/tenants/${tenant}/macros` }),
  'GET /v1/registries/metadata': () => ({ path: '/v1/registries/metadata' }),
}

const inProject = ({ uid, project }: ApiWorld['clusters'][number], rest: string) => ({
  path: `/v1/spectroclusters/${uid}${rest}`,
  project,
})

const writes: Record<string, Make> = {
  'POST /v1/filters/tag': (_pick, _world, index) => ({
    path: '/v1/filters/tag',
    body: {
      metadata: { name: nameOf(index) },
      spec: { filterGroup: { filters: [{ key: 'team', operator: 'eq', values: ['blue'] }] } },
    },
  }),
  'POST /v1/users': (_pick, _world, index) => ({
    path: '/v1/users',
    body: { spec: { emailId: `${nameOf(index)}@acme.test`, firstName: 'New', lastName: 'User' } },
  }),
  'POST /v1/clusterprofiles': (pick, { projects }, index) => ({
    path: '/v1/clusterprofiles',
    project: pick(projects),
    body: {
      metadata: { name: nameOf(index) },
      spec: {
        version: '1.0.0',
        template: {
          ...{ cloudType: 'all', type: 'add-on' },
          packs: [
            { name: 'one', type: 'manifest', tag: '1.0.0', values: '', uid: 'spectro-manifest-pack', manifests: [] },
          ],
        },
      },
    },
  }),
  'PUT /v1/projects/{uid}': (pick, { projects }, index) => {
    const uid = pick(projects)
    return { path: `/v1/projects/${uid}`, body: { metadata: { name: `project ${uid}`, labels: { turn: `${index}` } } } }
  },
  'PATCH /v1/clusterprofiles/{uid}/metadata': (pick, { profiles }, index) => {
    const uid = pick(profiles)
    return {
      path: `/v1/clusterprofiles/${uid}/metadata`,
      body: { metadata: { name: `profile ${uid}`, labels: { turn: `${index}` } }, spec: { version: '1.0.0' } },
    }
  },
  'PATCH /v1/spectroclusters/{uid}/metadata': (pick, { clusters }, index) => {
    const { uid, project } = pick(clusters)
    return {
      path: `/v1/spectroclusters/${uid}/metadata`,
      project,
      body: { metadata: { labels: { turn: `${index}` } } },
    }
  },
  'PUT /v1/users/{uid}': (pick, { users }, index) => {
    const uid = pick(users)
    return {
      path: `/v1/users/${uid}`,
      body: { spec: { emailId: `${uid}@acme.test`, firstName: `F${index}`, lastName: 'L' } },
    }
  },
  'PUT /v1/users/{uid}/projects': (pick, { users, projects }) => ({
    path: `/v1/users/${pick(users)}/projects`,
    body: { projects: [{ projectUid: pick(projects), roles: [] }] },
  }),
}

const named = (sort: NamedRequest['sort'], all: Record<string, Make>) =>
  Object.entries(all).map(([name, make]) => ({ sort, name, make, method: name.split(' ')[0] ?? '' }))
const readers = named('read', reads)
const writers = named('write', writes)

/** Each request of both sorts once, to see that they are answered well. */
export const everyRequest = (random: Random, world: ApiWorld, firstIndex: number): NamedRequest[] =>
  [...readers, ...writers].map((one, place) => made(one, random, world, firstIndex + place))

/** What comes next: four reads to one write, each of a sort as often as the others. */
export const nextRequest = (random: Random, world: ApiWorld, index: number): NamedRequest =>
  made(pickOf(random)(random.fraction() < 0.8 ? readers : writers), random, world, index)

const pickOf =
  (random: Random) =>
  <T>(list: readonly T[]): T =>
    list[Math.floor(random.fraction() * list.length)] as T

const made = (
  { sort, name, method, make }: (typeof readers)[number],
  random: Random,
  world: ApiWorld,
  index: number,
): NamedRequest => ({ sort, name, method, ...make(pickOf(random), world, index) })
