import type { OidcIssuer } from '@atrium/dev-env/oidc-issuer.ts'
import { idpPassword } from '@atrium/dev-env/saml-idp.ts'
import { withClient } from '@atrium/dev-env/sql-client.ts'
import { formOf, type PageForm, TestBrowser } from '@atrium/dev-env/test-browser.ts'
import type { Answer, Caller, TestApi } from './api.ts'

/** Where the API of a test stands for browsers. */
export const plane = 'https://plane.test'
const host = { host: 'plane.test' }

export type NewTenant = Awaited<ReturnType<TestApi['newTenant']>>

/** One person's browser on the way between the API and an identity provider. */
export class SsoBrowser extends TestBrowser {
  readonly #call: Caller

  constructor(api: TestApi, ca = '') {
    super(ca)
    this.#call = api.as({})
  }

  /** Calls the API as a browser that is there by itself: with its cookies. */
  async visit(route: string, call: Parameters<Caller>[1] = {}): Promise<Answer> {
    const headers = { ...host, cookie: this.cookiesOf(plane), ...call.headers }
    const answer = await this.#call(route, { ...call, headers })
    this.keep(plane, answer.headers['set-cookie'])
    return answer
  }

  /** Begins a sign-in; where it leads. */
  async begin(org: string, protocol: 'oidc' | 'saml', query: Record<string, string> = {}): Promise<string> {
    const answer = await this.visit(`GET /atrium/v1/auth/org/${encodeURIComponent(org)}/${protocol}/login`, { query })
    if (answer.status !== 303) throw new Error(answer.text)
    return String(answer.headers['location'])
  }

  /** Comes back from a provider by its redirect. */
  async comeBack(url: string): Promise<Answer> {
    const { pathname, search } = new URL(url)
    return this.visit(`GET ${pathname}${search}`)
  }

  /** A whole sign-in by OIDC. */
  async signInByOidc(org: string, issuer: OidcIssuer, person: Record<string, unknown>): Promise<Answer> {
    issuer.person = person
    return this.comeBack((await this.follow(await this.begin(org, 'oidc'))).url)
  }

  /** Signs in at a provider of SAML, which `there` leads to, as `user`: the form that it has sent back here. */
  async signInAt(there: string, user: string): Promise<PageForm> {
    const page = await this.follow(there)
    const form = formOf(page)
    if (!('password' in form.fields)) return form
    return formOf(await this.follow(form.action, { ...form.fields, user, password: idpPassword }))
  }

  /** Posts a provider's form, as its page has it done. */
  async post(path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> {
    const body = new URLSearchParams(form).toString()
    return this.visit(`POST ${path}`, {
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': String(Buffer.byteLength(body)),
        ...headers,
      },
    })
  }
}

/** Saves settings of single sign-on, at the address that browsers use. */
export async function save({ call, tenant }: NewTenant, end: string, body: object): Promise<void> {
  const answer = await call(`POST /v1/tenants/${tenant.uid}/${end}`, { body, headers: host })
  if (answer.status !== 204) throw new Error(`${end}: ${answer.text}`)
}

/** Lines of the audit trail of this tenant, oldest first: `action kind name: message`. */
export const auditOf = (api: TestApi, tenant: string): Promise<string[]> =>
  withClient(api.ownerUrl, async (client) => {
    const { rows } = await client.query<{ line: string }>(
      `select action || ' ' || kind || ' ' || name || ': ' || message as line from audit_log where tenant = $1 order by id`,
      [tenant],
    )
    return rows.map(({ line }) => line)
  })

/** Names of the teams that somebody is in. */
export async function teamsOf({ call }: NewTenant, email: string): Promise<string[]> {
  const { items } = (await call('POST /v1/users/summary', { body: {} })).body
  const user = items.find(({ spec }: { spec: { emailId: string } }) => spec.emailId === email)
  return user?.spec.teams.map(({ name }: { name: string }) => name).toSorted() ?? []
}

/** A team of that name without roles. */
export async function newTeam({ call }: NewTenant, name: string, users: string[] = []): Promise<string> {
  const answer = await call('POST /v1/teams', { body: { metadata: { name }, spec: { users } } })
  if (answer.status !== 201) throw new Error(answer.text)
  return answer.body.uid
}
