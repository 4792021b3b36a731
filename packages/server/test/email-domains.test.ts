import { type DnsServer, startDnsServer } from '@atrium/dev-env/dns-server.ts'
import { createSamlIdentity, type SamlIdentity } from '@atrium/dev-env/saml-identity.ts'
import { withClient } from '@atrium/dev-env/sql-client.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestApi, type TestApi } from './support/api.ts'
import { newOperator } from './support/operators.ts'
import { auditOf, type NewTenant, save } from './support/sso.ts'

const dayMs = 86_400_000
const clock = new ManualClock(Date.parse('2026-03-01T12:00:00Z'))
let api: TestApi
let dns: DnsServer
let issuer: SamlIdentity
beforeAll(async () => {
  dns = await startDnsServer()
  api = await openTestApi({ clock, dnsServers: [dns.address] })
  issuer = await createSamlIdentity('https://idp.test')
})
afterAll(async () => {
  await api.close()
  await dns.stop()
})

const stateOf = async ({ call, tenant }: NewTenant, domain: string) => {
  const { items } = (await call(`GET /atrium/v1/tenants/${tenant.uid}/domains`)).body
  return items.find((one: { domain: string }) => one.domain === domain)
}
const check = ({ call, tenant }: NewTenant, domain: string) =>
  call(`POST /atrium/v1/tenants/${tenant.uid}/domains/${domain}/check`)
const leadsTo = async (email: string) =>
  (await api.as({})('GET /atrium/v1/auth/logins', { query: { email } })).body.items.map(
    ({ org }: { org: string }) => org,
  )

/** A tenant that signs in elsewhere, and lists these domains. */
async function newListing(...domains: string[]): Promise<NewTenant> {
  const made = await api.newTenant()
  await save(made, 'saml/config', { isSsoEnabled: true, federationMetadata: issuer.metadata })
  await save(made, 'domains', { domains })
  return made
}
const publish = async (tenant: NewTenant, domain: string): Promise<void> => {
  const { name, value } = (await stateOf(tenant, domain)).record
  dns.texts.set(name, [value])
}
/** What the server does by itself for so long, in steps of six hours. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= dayMs / 4) {
    await clock.advance(Math.min(left, dayMs / 4))
    await api.context.domains.lookAtDue(new AbortController().signal)
  }
}

describe('a domain that a tenant lists', () => {
  test('leads nowhere until its record is published, and to the tenant from then on', async () => {
    const tenant = await newListing('Ours.example')
    const { domain, state, record, message } = await stateOf(tenant, 'ours.example')
    expect([domain, state, record.type, record.name]).toEqual([
      'ours.example',
      'waiting',
      'TXT',
      '_atrium-challenge.ours.example',
    ])
    expect(message).toContain(record.value)
    expect(await leadsTo('ada@ours.example')).toEqual([])
    expect((await check(tenant, 'ours.example')).body).toMatchObject({
      state: 'waiting',
      lastLook: { outcome: 'absent' },
    })

    dns.texts.set(record.name, ['v=spf1 -all', `another ${'x'.repeat(250)}`])
    const wrong = (await check(tenant, 'OURS.example')).body
    expect(wrong.lastLook).toMatchObject({
      outcome: 'different',
      found: ['v=spf1 -all', expect.stringMatching(/^another x+$/)],
    })
    dns.texts.set(record.name, ['v=spf1 -all', record.value])
    const right = (await check(tenant, 'ours.example')).body
    expect(right).toMatchObject({ state: 'confirmed', confirmedBy: 'dns', lastLook: { outcome: 'published' } })
    expect(await leadsTo(' Ada@OURS.example')).toEqual([tenant.tenant.name])
    expect(await leadsTo('ada@sub.ours.example')).toEqual([])
    expect((await auditOf(api, tenant.tenant.uid)).at(-1)).toMatch(/^confirm EmailDomain ours.example: its record/)
    expect((await tenant.call(`GET /v1/tenants/${tenant.tenant.uid}/domains`)).body).toEqual({
      domains: ['Ours.example'],
    })
  })

  test('is found by itself, and stays what it is while the list is written anew', async () => {
    const tenant = await newListing('itself.example')
    await publish(tenant, 'itself.example')
    await pass(dayMs)
    const { listedAt, confirmedAt, record } = await stateOf(tenant, 'itself.example')
    expect(confirmedAt).toBeDefined()
    await save(tenant, 'domains', { domains: ['new.example', 'ITSELF.example'] })
    expect(await stateOf(tenant, 'itself.example')).toMatchObject({ listedAt, confirmedAt, record })
    await save(tenant, 'domains', { domains: ['new.example'] })
    expect(await stateOf(tenant, 'itself.example')).toBeUndefined()
    expect(await leadsTo('ada@itself.example')).toEqual([])
  })

  test('is confirmed no longer when its record is gone for a week, and says so', async () => {
    const tenant = await newListing('lost.example')
    await publish(tenant, 'lost.example')
    await check(tenant, 'lost.example')
    const { name } = (await stateOf(tenant, 'lost.example')).record
    dns.failing.add(name)
    await pass(10 * dayMs)
    expect(await stateOf(tenant, 'lost.example')).toMatchObject({
      ...{ state: 'confirmed', lastLook: { outcome: 'unreachable', found: ['ESERVFAIL'] } },
    })
    dns.failing.delete(name)
    dns.texts.delete(name)
    await pass(2 * dayMs)
    const losing = await stateOf(tenant, 'lost.example')
    expect([losing.state, losing.message]).toEqual(['confirmed', expect.stringContaining(losing.lostSince)])
    expect(await leadsTo('ada@lost.example')).toEqual([tenant.tenant.name])
    await pass(7 * dayMs)
    const lost = await stateOf(tenant, 'lost.example')
    expect([lost.state, lost.message]).toEqual(['waiting', expect.stringContaining('Its record was gone from')])
    expect(await leadsTo('ada@lost.example')).toEqual([])
    expect((await auditOf(api, tenant.tenant.uid)).at(-1)).toContain('withdraw EmailDomain lost.example')
  })

  test('can be confirmed for one tenant at a time, and no other is told for which', async () => {
    const [one, two] = [await newListing('shared.example'), await newListing('shared.example')]
    const [mine, theirs] = [await stateOf(one, 'shared.example'), await stateOf(two, 'shared.example')]
    expect(mine.record.name).toBe(theirs.record.name)
    expect(mine.record.value).not.toBe(theirs.record.value)
    dns.texts.set(mine.record.name, [mine.record.value])
    expect((await check(two, 'shared.example')).body.lastLook.outcome).toBe('different')
    expect((await check(one, 'shared.example')).body.state).toBe('confirmed')
    dns.texts.set(mine.record.name, [mine.record.value, theirs.record.value])
    const refused = await check(two, 'shared.example')
    expect([refused.status, refused.body.code, refused.body.details]).toEqual([
      409,
      'ResourceConflict',
      { reason: 'domainTaken' },
    ])
    for (const told of [one.tenant.uid, one.tenant.name]) expect(refused.text).not.toContain(told)
    expect((await stateOf(two, 'shared.example')).lastLook.outcome).toBe('taken')
    expect(await leadsTo('ada@shared.example')).toEqual([one.tenant.name])
    await save(one, 'domains', { domains: [] })
    await pass(dayMs)
    expect(await leadsTo('ada@shared.example')).toEqual([two.tenant.name])
  })

  test('is proven by two tenants at once for one of them', async () => {
    const rivals = [await newListing('race.example'), await newListing('race.example')]
    const values = await Promise.all(rivals.map(async (one) => (await stateOf(one, 'race.example')).record.value))
    dns.texts.set('_atrium-challenge.race.example', values)
    const statuses = (await Promise.all(rivals.map((one) => check(one, 'race.example')))).map(({ status }) => status)
    expect(statuses.toSorted()).toEqual([200, 409])
  })

  test('is looked at on demand by those who decide who signs in, and not without end', async () => {
    const tenant = await newListing('often.example')
    const { call } = await api.newUser(tenant.tenant.uid, [{ role: 'Tenant Viewer' }])
    expect((await check({ ...tenant, call }, 'often.example')).status).toBe(403)
    expect((await stateOf({ ...tenant, call }, 'often.example')).state).toBe('waiting')
    expect((await check(tenant, 'unlisted.example')).status).toBe(404)
    const answers = []
    for (let count = 0; count < 11; count += 1) answers.push(await check(tenant, 'often.example'))
    const statuses = answers.map(({ status }) => status)
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 200), 429])
    expect(answers.at(-1)?.headers['retry-after']).toBe('5')
    await clock.advance(5_000)
    expect((await check(tenant, 'often.example')).status).toBe(200)
  })
})

describe('an operator', () => {
  const confirmation = ({ tenant }: NewTenant, domain: string) =>
    `/atrium/v1/system/tenants/${tenant.uid}/domains/${domain}/confirmation`

  test('vouches for a domain without any record, until they do so no longer', async () => {
    const tenant = await newListing('vouched.example')
    const first = await newOperator(api, 'AccountAdmin')
    expect((await first.call(`PUT ${confirmation(tenant, 'Vouched.example')}`)).status).toBe(204)
    const recorded = (await first.call('GET /atrium/v1/system/audit')).body.items[0]
    expect(recorded).toMatchObject({ actor: { name: first.email }, action: 'confirm', name: tenant.tenant.name })
    expect((await auditOf(api, tenant.tenant.uid)).at(-1)).toMatch(/^confirm EmailDomain vouched.example/)
    await pass(20 * dayMs)
    expect(await stateOf(tenant, 'vouched.example')).toMatchObject({ state: 'confirmed', confirmedBy: 'operator' })
    expect((await check(tenant, 'vouched.example')).body).toMatchObject({ state: 'confirmed' })
    expect(await leadsTo('ada@vouched.example')).toEqual([tenant.tenant.name])
    const { call } = await newOperator(api, 'AccountAdmin')
    const { items } = (await call(`GET /atrium/v1/system/tenants/${tenant.tenant.uid}/domains`)).body
    expect(items).toEqual([await stateOf(tenant, 'vouched.example')])

    expect((await call(`DELETE ${confirmation(tenant, 'vouched.example')}`)).status).toBe(204)
    expect(await stateOf(tenant, 'vouched.example')).toMatchObject({ state: 'waiting' })
    expect(await leadsTo('ada@vouched.example')).toEqual([])
  })

  test('is refused what would not hold: another’s domain, one that nobody lists, one that its record proves', async () => {
    const [one, two] = [await newListing('held.example'), await newListing('held.example')]
    await publish(one, 'held.example')
    await check(one, 'held.example')
    const { call } = await newOperator(api, 'AccountAdmin')
    const attempt = async (method: string, tenant: NewTenant, domain: string) =>
      (await call(`${method} ${confirmation(tenant, domain)}`)).status
    expect(await attempt('PUT', two, 'held.example')).toBe(409)
    expect(await attempt('DELETE', one, 'held.example')).toBe(409)
    expect(await attempt('PUT', two, 'unlisted.example')).toBe(404)
    expect(await attempt('PUT', { ...two, tenant: { ...two.tenant, uid: 'nobody' } }, 'held.example')).toBe(404)
    const reader = await newOperator(api, 'OperationAdmin')
    expect((await reader.call(`PUT ${confirmation(two, 'held.example')}`)).status).toBe(403)
    const { items } = (await call('GET /atrium/v1/system/audit')).body
    expect(items.filter(({ name }: { name: string }) => name === two.tenant.name)).toHaveLength(1)
  })
})

test('name servers that do not answer are told as such, and nothing is confirmed by it', async () => {
  const tenant = await newListing('silent.example')
  await publish(tenant, 'silent.example')
  dns.failing.add('_atrium-challenge.silent.example')
  const { state, lastLook, message } = (await check(tenant, 'silent.example')).body
  expect([state, lastLook.outcome, message]).toEqual(['waiting', 'unreachable', expect.stringContaining('ESERVFAIL')])
})

test('a record may lie elsewhere, by a name that leads there', async () => {
  const tenant = await newListing('delegated.example')
  const { name, value } = (await stateOf(tenant, 'delegated.example')).record
  dns.names.set(name, 'proofs.host.example')
  dns.texts.set('proofs.host.example', [value])
  expect((await check(tenant, 'delegated.example')).body.state).toBe('confirmed')
})

test('two lists that are written at once leave nothing known of a domain that is listed no longer', async () => {
  const tenant = await newListing('before.example')
  const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  await withClient(api.ownerUrl, (watching) =>
    withClient(api.ownerUrl, async (holding) => {
      await holding.query('begin')
      await holding.query(`select from settings where tenant = $1 and name = 'domains' for update`, [tenant.tenant.uid])
      const scope = { tenant: tenant.tenant.uid, actor: systemActor('test') }
      const saved = ['one.example', 'two.example'].map((domain) =>
        api.context.domains.put(scope, { domains: [domain] }),
      )
      await expect.poll(async () => (await watching.query(waiting)).rowCount, { timeout: 10_000 }).toBe(2)
      await holding.query('commit')
      await Promise.all(saved)
    }),
  )

  const { domains } = (await tenant.call(`GET /v1/tenants/${tenant.tenant.uid}/domains`)).body
  const { items } = (await tenant.call(`GET /atrium/v1/tenants/${tenant.tenant.uid}/domains`)).body
  expect(items.map(({ domain }: { domain: string }) => domain)).toEqual(domains)
})
