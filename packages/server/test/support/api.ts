import { builtInRoleNamed } from '@atrium/api/permissions/roles.ts'
import type { Provider } from '@atrium/provider-contract/provider.ts'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { type Logger, silentLogger } from '@atrium/runtime/base/logger.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { createDial } from '@atrium/runtime/egress/dial.ts'
import { createEgress, type Egress } from '@atrium/runtime/egress/egress.ts'
import { createAdmission } from '@atrium/server/admission/admission.ts'
import { createApp } from '@atrium/server/apiserver/app.ts'
import { operatorActor } from '@atrium/server/apiserver/operation.ts'
import { createIdentity } from '@atrium/server/auth/create-identity.ts'
import { createDomains } from '@atrium/server/auth/domains/domains.ts'
import { createTxtLookup } from '@atrium/server/auth/domains/txt-lookup.ts'
import { createSso } from '@atrium/server/auth/sso/sso.ts'
import { createTenant, type TenantCredentials } from '@atrium/server/auth/tenants/create-tenant.ts'
import type { CloudClient } from '@atrium/server/clouds/client.ts'
import type { ServerContext } from '@atrium/server/context.ts'
import { createMailer, type MailLimits } from '@atrium/server/mail/smtp.ts'
import type { PostgresStore } from '@atrium/server/store/postgres-store.ts'
import type { FastifyInstance } from 'fastify'
import { expect } from 'vitest'
import { openTestStore } from './store.ts'

/** What a test reads of an answer. */
export interface Answer {
  status: number
  headers: Record<string, unknown>
  /** Parsed when it is JSON; untyped on purpose, for tests look at what is really there. */
  // oxlint-disable-next-line no-explicit-any
  body: any
  text: string
}

export interface Call {
  query?: Record<string, string>
  body?: unknown
  headers?: Record<string, string>
}
/** `('GET /v1/projects/{uid}', …)` with the path filled in; as one caller. */
export type Caller = (route: string, call?: Call) => Promise<Answer>

export interface TestApi {
  app: FastifyInstance
  context: ServerContext
  operatorToken: string
  /** Database as its owner sees it, past every policy. */
  ownerUrl: string
  as(headers: Record<string, string>): Caller
  /** The API of another server on the same database; it ends with this one. */
  another(): Promise<Pick<TestApi, 'as' | 'context'>>
  newTenant(name?: string): Promise<TenantCredentials & { call: Caller }>
  /** A user of that tenant with these roles: `{ role, project? }`, and a key. */
  newUser(
    tenant: string,
    roles: { role: string; project?: string }[],
  ): Promise<{ uid: string; email: string; call: Caller; apiKey: string }>
  /** What the response guard found; `close` fails the test when there is anything. */
  violations: string[]
  close(): Promise<void>
}

export interface TestApiOptions {
  clock?: Clock
  logger?: Logger
  providers?: Provider[]
  /** Takes everything unless given. */
  clouds?: CloudClient
  /** Networks that identity providers of the test are in. */
  egressAllowedRanges?: string[]
  publicUrl?: string
  /** How mail servers of the test are trusted and waited for. */
  mail?: { alsoTrusted: string; limits: MailLimits }
  /** `address:port`; nobody's unless given. */
  dnsServers?: string[]
}

const operatorToken = 'operator-token-of-this-test'

function caller(app: FastifyInstance, headers: Record<string, string>): Caller {
  return async (route, { query, body, headers: more } = {}) => {
    const [method, url] = route.split(' ') as ['GET', string]
    const response = await app.inject({
      method,
      url,
      ...(query ? { query } : {}),
      // As clients made from the contract do: the content type is there even without a body. Each creation is a wish of its own,
      // however long the one before took.
      headers: { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID(), ...headers, ...more },
      ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const isJson = String(response.headers['content-type']).startsWith('application/json')
    return {
      status: response.statusCode,
      headers: response.headers,
      body: isJson && response.body ? JSON.parse(response.body) : response.body,
      text: response.body,
    }
  }
}

/** Where no name server listens: a test asks none but its own. */
const nobody = ['127.0.0.1:9']

function contextOn(store: PostgresStore, egress: Egress, options: TestApiOptions): ServerContext {
  const clock = options.clock ?? systemClock
  const parts = { database: store.database, system: store.system, keys: store.keys, clock, random: systemRandom }
  const publicUrl = options.publicUrl ?? null
  return {
    clock,
    random: systemRandom,
    logger: options.logger ?? silentLogger,
    store,
    identity: createIdentity(parts),
    sso: createSso({ ...parts, store, egress, publicUrl }),
    domains: createDomains(parts, createTxtLookup(clock, options.dnsServers ?? nobody)),
    publicUrl,
    mailer: createMailer({
      dial: createDial({ allowedRanges: options.egressAllowedRanges ?? [] }),
      ...options.mail,
    }),
    admission: createAdmission(store),
    providers: new Map((options.providers ?? []).map((provider) => [provider.cloudType, provider])),
    clouds: options.clouds ?? { checkAccount: () => Promise.resolve(), checkBucket: () => Promise.resolve() },
    operatorToken: new Secret(operatorToken),
    imports: {
      url: 'https://plane.test',
      manifest: (cluster, mode) => Promise.resolve(`${mode} ${cluster.clusterUid}`),
    },
  }
}

/** The whole API on a database of its own; every answer is checked against the contract. */
export async function openTestApi(options: TestApiOptions = {}): Promise<TestApi> {
  const testStore = await openTestStore()
  const { store } = testStore
  const egress = createEgress({
    ...{
      allowedRanges: options.egressAllowedRanges ?? [],
      allowPlainHttp: false,
      timeoutMs: 10_000,
      maxBytes: 2 ** 20,
    },
  })
  const context = contextOn(store, egress, options)
  const violations: string[] = []
  const apps: FastifyInstance[] = []
  const start = async (on: ServerContext): Promise<FastifyInstance> => {
    const started = createApp(on, { onContractViolation: (message) => violations.push(message) })
    apps.push(started)
    await started.ready()
    return started
  }
  const app = await start(context)
  const as = (headers: Record<string, string>): Caller => caller(app, headers)
  let count = 0
  return {
    app,
    context,
    operatorToken,
    ownerUrl: testStore.database.url,
    violations,
    as,
    async another() {
      const theirs = contextOn(await testStore.openAnother(), egress, options)
      const started = await start(theirs)
      return { context: theirs, as: (headers) => caller(started, headers) }
    },
    async newTenant(name = `tenant-${(count += 1)}`) {
      const made = await createTenant(context, { name }, operatorActor)
      return { ...made, call: as({ ApiKey: made.apiKey.reveal() }) }
    },
    async newUser(tenant, roles) {
      const scope = { tenant, actor: operatorActor }
      const email = `user-${(count += 1)}@example.com`
      const user = await context.identity.createUser(scope, { email, firstName: 'U', lastName: String(count) })
      const bindings = Map.groupBy(roles, ({ project }) => project ?? null)
      await context.identity.setRoleBindings(
        scope,
        user.uid,
        [...bindings].map(([project, held]) => ({
          project,
          roleUids: held.map(({ role }) => builtInRoleNamed(role).uid),
        })),
      )
      const { secret } = await context.identity.createApiKey(scope, { name: 'k', userUid: user.uid, expiresAt: null })
      return { uid: user.uid, email, apiKey: secret.reveal(), call: as({ ApiKey: secret.reveal() }) }
    },
    async close() {
      const closed = apps.map((one) => one.close())
      // Connections that clients opened and never used would be waited for.
      for (const one of apps) one.server.closeAllConnections()
      await Promise.all(closed)
      await egress.close()
      await testStore.close()
      expect(violations, 'answers that break the contract').toEqual([])
    },
  }
}
