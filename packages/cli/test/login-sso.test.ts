import { readFileSync } from 'node:fs'
import { builtInRoleNamed } from '@atrium/api/permissions/roles.ts'
import { type OidcIssuer, startOidcIssuer } from '@atrium/dev-env/oidc-issuer.ts'
import { TestBrowser } from '@atrium/dev-env/test-browser.ts'
import { systemActor } from '@atrium/runtime/controller/actor.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRemote } from '../src/platform/connect.ts'
import { credentialOf } from '../src/platform/contexts.ts'
import { type CommandLine, openCommandLine } from './support/command-line.ts'

let cli: CommandLine
let issuer: OidcIssuer
let ca: string
beforeAll(async () => {
  cli = await openCommandLine({ egressAllow: '127.0.0.0/8' })
  ca = cli.file('ca.pem', cli.context.ca ?? '')
  const callbackUrls = [`${cli.context.url}/v1/auth/org/acme/oidc/callback`]
  issuer = await startOidcIssuer({ clientId: 'atrium', clientSecret: 'hush-client', callbackUrls })
  issuer.person = { sub: 'ada', email: 'ada@acme.example', email_verified: true, groups: ['people'] }
  await setUp()
})
afterAll(async () => {
  issuer.stop()
  await cli.close()
})

/** The tenant signs in by the issuer; its team `people` may look at projects, and at nothing of users. */
async function setUp(): Promise<void> {
  const { client, close } = openRemote(cli.context, credentialOf(cli.context), null)
  const params = { tenantUid: cli.tenant.tenant.uid }
  try {
    const oidc = {
      ...{ isSsoEnabled: true, clientId: 'atrium', clientSecret: 'hush-client', issuerUrl: issuer.url },
      ...{ scopes: ['profile'], issuerTls: { caCertificateBase64: issuer.caBundle } },
      requiredClaims: { SpectroTeam: 'groups' },
    }
    await client.call('POST /v1/tenants/{tenantUid}/oidc/config', { params, body: oidc })
    await client.call('POST /v1/tenants/{tenantUid}/domains', { params, body: { domains: ['acme.example'] } })
    await cli.plane.installation.domains.vouch(systemActor('test'), params.tenantUid, 'acme.example')
    const { uid } = await client.call('POST /v1/teams', { body: { metadata: { name: 'people' } } })
    const projects = [{ projectUid: cli.tenant.project.uid, roles: [builtInRoleNamed('Project Viewer').uid] }]
    await client.call('PUT /v1/teams/{uid}/projects', { params: { uid: uid ?? '' }, body: { projects } })
  } finally {
    await close()
  }
}

/** A person with a browser: they open the address that the command tells. */
async function openAddress(text: string): Promise<string> {
  const address = /https:\/\/\S+/.exec(text)?.[0] ?? ''
  const [here, there] = [new TestBrowser(cli.context.ca ?? ''), new TestBrowser(issuer.caBundle)]
  const toIssuer = await here.follow(address)
  const back = await there.follow(toIssuer.url)
  const toProgram = await here.follow(back.url)
  return (await fetch(toProgram.url)).text()
}

test('signs in by a browser, keeps a session that works, and shows it to nobody', async () => {
  const config = `${cli.folder}/sso.json`
  const pages: Promise<string>[] = []
  const login = (...more: string[]) => {
    const args = ['--config', config, 'login', cli.context.url, '--ca', ca, '--sso', ...more]
    return cli.attempt(args, {
      onStderr(text) {
        if (text.endsWith('\n\n') && pages.length === 0) pages.push(openAddress(text))
      },
    })
  }
  const said = await login('--email', 'ada@acme.example')
  expect(said.stderr).not.toContain('atrium:')
  expect([said.exitCode, said.stdout]).toEqual([0, expect.stringContaining("tenant 'acme'")])
  expect(await pages[0]).toContain('Go back to the command line')
  const { token, apiKey } = JSON.parse(readFileSync(config, 'utf8')).contexts.localhost
  expect(apiKey).toBeUndefined()
  expect(said.stdout + said.stderr).not.toContain(token)
  const projects = await cli.attempt(['--config', config, 'get', 'projects'])
  expect([projects.exitCode, projects.stderr]).toEqual([0, ''])
  expect((await cli.attempt(['--config', config, 'get', 'users'])).stderr).toContain('user.list')
})

test('says what is missing, and where it leads nowhere', async () => {
  const login = ['login', cli.context.url, '--ca', ca, '--sso']
  expect(await cli.refusal(...login)).toContain('give --org NAME')
  expect(await cli.refusal(...login, '--org', 'nobody')).toContain('nobody leads to no identity provider')
})
