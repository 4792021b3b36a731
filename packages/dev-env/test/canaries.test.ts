import { readdirSync, readFileSync, statSync } from 'node:fs'
import { request } from 'node:https'
import { join, relative } from 'node:path'
import { inspect } from 'node:util'
import { builtInRoleNamed } from '@atrium/api/permissions/roles.ts'
import { KubeClient } from '@atrium/kube/client.ts'
import { parseKubeconfig } from '@atrium/kube/config.ts'
import type { KubeObject } from '@atrium/kube/object.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { StoredObject, Tx } from '@atrium/runtime/store/store.ts'
import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { createTenant, type TenantCredentials } from '@atrium/server/auth/tenants/create-tenant.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { formsOf, tablesHolding } from '../src/find-in-database.ts'
import { type DevPlane, startDevPlane } from '../src/plane.ts'

/** What must be seen nowhere, by what it is. */
const canaries = new Map<string, string>()
const canary = (what: string): string => {
  const value = `canary-${what}-${crypto.randomUUID()}`
  canaries.set(what, value)
  return value
}

let plane: DevPlane
let tenant: TenantCredentials
let viewerKey: string
let uid: string
let kubeconfig: string
const lines: string[] = []
/** Keeps everything it is given, also what a real logger would leave out. */
const record = (fields: object, message = ''): void => void lines.push(`${message} ${inspect(fields, { depth: 10 })}`)
const logger: Logger = { debug: record, info: record, warn: record, error: record, child: () => logger }

beforeAll(async () => {
  plane = await startDevPlane({ logger })
  const adminPassword = new Secret(canary('password'))
  tenant = await createTenant(plane.installation, { name: 'first', adminPassword }, operatorActor)
  canaries.set('apiKey', tenant.apiKey.reveal())
  viewerKey = await newViewer()
  await feed()
}, 180_000)
afterAll(() => plane.close())

interface Answer {
  status: number
  text: string
}

function call(route: string, options: { body?: object; headers?: Record<string, string> } = {}): Promise<Answer> {
  const [method, path] = route.split(' ')
  const text = options.body === undefined ? '' : JSON.stringify(options.body)
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(path ?? '', plane.server.url),
      {
        method,
        ca: readFileSync(plane.server.caFile),
        headers: {
          ...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
          ...{ ApiKey: tenant.apiKey.reveal(), ProjectUid: tenant.project.uid, ...options.headers },
        },
      },
      (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => parts.push(part))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(text)
  })
}

async function made(route: string, body: object): Promise<string> {
  const answer = await call(route, { body })
  expect(answer.status, answer.text).toBe(201)
  return (JSON.parse(answer.text) as { uid: string }).uid
}

async function newViewer(): Promise<string> {
  const { identity } = plane.installation
  const scope = { tenant: tenant.tenant.uid, actor: operatorActor }
  const user = await identity.createUser(scope, { email: 'eve@example.com', firstName: 'E', lastName: 'V' })
  const roleUids = [builtInRoleNamed('Project Viewer').uid]
  await identity.setRoleBindings(scope, user.uid, [{ project: tenant.project.uid, roleUids }])
  const { secret } = await identity.createApiKey(scope, { name: 'k', userUid: user.uid, expiresAt: null })
  return secret.reveal()
}

const inTenant = <T>(work: (tx: Tx) => Promise<T>): Promise<T> =>
  plane.installation.store.transaction(tenant.tenant.uid, operatorActor, work)
const cluster = (): Promise<StoredObject<'Cluster'> | null> => inTenant((tx) => tx.get('Cluster', uid))

async function eventually(what: string, reached: () => Promise<boolean>): Promise<void> {
  const deadline = systemClock.now() + 120_000
  while (!(await reached())) {
    if (systemClock.now() > deadline) throw new Error(`never: ${what}\n${JSON.stringify(await cluster(), null, 1)}`)
    await systemClock.sleep(200)
  }
}

async function newProfile(name: string, type: string, content: string, variables: object[] = []): Promise<string> {
  const pack = { name: `${name}-layer`, type: 'manifest', layer: type === 'infra' ? 'k8s' : 'addon', tag: '1.34.4' }
  const packs = [{ ...pack, uid: 'spectro-manifest-pack', values: '', manifests: [{ name: 'one', content }] }]
  const spec = { version: '1.0.0', template: { cloudType: 'all', type, packs }, variables }
  const profile = await made('POST /v1/clusterprofiles', { metadata: { name }, spec })
  expect((await call(`PATCH /v1/clusterprofiles/${profile}/publish`)).status).toBe(204)
  return profile
}

/** The API server refuses the port and quotes it; the Secret is as it should be. */
const refusedLayer = `apiVersion: v1
kind: Secret
metadata: { name: mine, namespace: default }
stringData: { fallback: "{{.spectro.var.fallback}}" }
---
apiVersion: v1
kind: Service
metadata: { name: mine, namespace: default }
spec: { type: "{{.spectro.var.given}}", ports: [{ port: 80 }] }
`
const controlPlane = `apiVersion: controlplane.cluster.x-k8s.io/v1beta1
kind: KubeadmControlPlane
metadata: { name: cp }
spec: { replicas: 1, version: v1.34.4 }
`

/** Secrets in at every door: credentials, variables, wrong requests, sign-in; then a cluster that quotes what it was given. */
async function feed(): Promise<void> {
  const account = await made('POST /v1/cloudaccounts/cloudTypes/local', {
    metadata: { name: 'mine', annotations: { overlordUid: '' } },
    spec: { credentials: { TOKEN: canary('credential') } },
  })
  const infra = await newProfile(
    'infra',
    'infra',
    'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: infra, namespace: default }',
  )
  const addon = await newProfile('apps', 'add-on', refusedLayer, [
    { name: 'given', isSensitive: true },
    { name: 'fallback', isSensitive: true, defaultValue: canary('default') },
  ])
  const profiles = [{ uid: infra }, { uid: addon, variables: [{ name: 'given', value: canary('variable') }] }]
  const machinepoolconfig = [{ cloudConfig: { values: controlPlane }, poolConfig: { isControlPlane: true } }]
  const spec = { cloudAccountUid: account, cloudConfig: { values: '' }, machinepoolconfig, profiles }
  uid = await made('POST /v1/spectroclusters/cloudTypes/local', { metadata: { name: 'demo' }, spec })

  const credentials = { emailId: tenant.adminEmail, password: tenant.adminPassword.reveal() }
  const signedIn = await call('POST /v1/auth/authenticate', { body: credentials })
  const { Authorization: session } = JSON.parse(signedIn.text) as { Authorization: string }
  canaries.set('session', session)
  const refreshed = await call(`GET /v1/auth/refresh/${session}`)
  const { Authorization } = JSON.parse(refreshed.text) as { Authorization: string }
  canaries.set('refreshed', Authorization)
  const app = { deviceName: 'phone', password: credentials.password }
  const begun = await call('POST /atrium/v1/account/mfa/totp/start', { body: app, headers: { Authorization } })
  canaries.set('app', (JSON.parse(begun.text) as { secret: string }).secret)
  const user = await call('POST /v1/users', { body: { spec: { emailId: 'linked@example.com' } } })
  const link = await call(`POST /atrium/v1/users/${(JSON.parse(user.text) as { uid: string }).uid}/passwordLink`)
  const [, token = ''] = (JSON.parse(link.text) as { url: string }).url.split('#')
  canaries.set('link', token)
  await call('POST /atrium/v1/links/find', { body: { token } })
  await call('POST /atrium/v1/links', { body: { token, password: 'short' } })
  await call('POST /v1/auth/authenticate', { body: { ...credentials, password: canary('guess') } })
  await call(`GET /v1/auth/refresh/${canary('stray-token')}`)
  await call('GET /v1/users/info', { headers: { ApiKey: canary('stray-key') } })
  await call(`PATCH /v1/spectroclusters/${uid}/variables`, {
    body: [{ profileUid: addon, variables: [{ name: 'unknown', value: canary('misplaced') }] }],
  })

  await eventually(
    'the layer is refused',
    async () => (await cluster())?.status.layers?.some(({ state }) => state === 'Error') === true,
  )
  await rotate(addon)
  kubeconfig = (await inTenant((tx) => tx.getSecret({ kind: 'Cluster', uid }, 'kubeconfig')))?.reveal() ?? ''
  const [key = ''] = /(?<=client-key-data: )\S+|(?<="client-key-data":")[^"]+/.exec(kubeconfig) ?? []
  expect(key).not.toBe('')
  canaries.set('kubeconfig', key.slice(40, 120))
  canaries.set('enrolment', await enrolmentToken())
}

/** Another value takes the place of one that was refused, and is refused in turn: the former one is still spoken of. */
async function rotate(profileUid: string): Promise<void> {
  const before = (await cluster())?.status.desired?.generation ?? 0
  const variables = [{ name: 'given', value: canary('rotated') }]
  const answer = await call(`PATCH /v1/spectroclusters/${uid}/variables`, { body: [{ profileUid, variables }] })
  expect(answer.status, answer.text).toBe(204)
  await eventually('the new value is refused too', async () => {
    const { desired, layers } = (await cluster())?.status ?? {}
    return (desired?.generation ?? 0) > before && layers?.some(({ state }) => state === 'Error') === true
  })
}

interface SecretObject extends KubeObject {
  data?: Record<string, string>
}

async function enrolmentToken(): Promise<string> {
  const client = new KubeClient({
    config: await parseKubeconfig(kubeconfig, { baseDir: null, clock: systemClock }),
    clock: systemClock,
  })
  const ref = { apiVersion: 'v1', kind: 'Secret', namespace: 'atrium-system', name: 'atrium-agent-enrolment' }
  const secret = await client.get<SecretObject>(ref)
  await client.close()
  return Buffer.from(secret.data?.['token'] ?? '', 'base64').toString('utf8')
}

/** Which canaries a text holds, in clear or encoded. */
const seenIn = (text: string): string[] =>
  [...canaries].filter(([, value]) => formsOf(value).some((form) => text.includes(form))).map(([what]) => what)

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

it('the canaries were fed: the layer failed on one, and what was said about it hides it', async () => {
  expect([...canaries.keys()].sort()).toHaveLength(16)
  for (const [what, value] of canaries) expect(value.length, what).toBeGreaterThan(30)
  const failed = (await cluster())?.status.layers?.find(({ state }) => state === 'Error')
  expect(failed?.message).toContain('[secret]')
})

it('no secret is in the database in clear: rows, history, audit, events, status', async () => {
  const url = plane.installation.config.database.url.reveal()
  expect(await tablesHolding(url, [tenant.adminEmail]), 'what is in clear is found').toContain('users')
  expect(await tablesHolding(url, [...canaries.values()])).toEqual([])
})

it('no secret is in a log: of the server, the cloud, the control plane, the agent', () => {
  expect(lines.length).toBeGreaterThan(10)
  expect(seenIn(lines.join('\n'))).toEqual([])
  const logs = filesBelow(plane.home).filter((path) => /\.log(\.\d+)?$/.test(path))
  expect(logs.length).toBeGreaterThan(4)
  for (const path of logs) expect(seenIn(readFileSync(path, 'utf8')), path).toEqual([])
})

it('no secret is in the arguments of a process', () => {
  const commandLines = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandLineOf(pid))
  expect(commandLines.some((text) => text.includes(plane.home))).toBe(true)
  expect(seenIn(commandLines.join('\n'))).toEqual([])
})

const commandLineOf = (pid: string): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // It ended meanwhile.
    return ''
  }
}

it('no file of the home can be read by others, but certificates', () => {
  const open = filesBelow(plane.home).filter((path) => (statSync(path).mode & 0o077) !== 0)
  expect(open.map((path) => relative(plane.home, path)).filter((path) => !/\.(crt|pem)$|^pki\//.test(path))).toEqual([])
})

it('who may only read is shown no secret, in lists, objects, events or the change stream', async () => {
  const headers = { ApiKey: viewerKey }
  const routes = [
    ...['/v1/users/info', '/v1/clusterprofiles', '/v1/cloudaccounts/summary', '/v1/macros'],
    `/v1/spectroclusters/${uid}`,
    ...['variables', 'status', 'config/rbacs'].map((part) => `/v1/spectroclusters/${uid}/${part}`),
    `/v1/events/components/spectrocluster/${uid}`,
    `/atrium/v1/clusters/${uid}/deviations`,
  ]
  const answers = await Promise.all(routes.map((route) => call(`GET ${route}`, { headers })))
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(4)
  for (const [index, { text }] of answers.entries()) expect(seenIn(text), routes[index]).toEqual([])
  const refused = await call(`GET /v1/spectroclusters/${uid}/assets/adminKubeconfig`, { headers })
  expect([refused.status, seenIn(refused.text)]).toEqual([403, []])
})
