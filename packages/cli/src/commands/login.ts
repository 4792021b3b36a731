import { readFileSync } from 'node:fs'
import { type Client } from '@atrium/client/client.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { type Command, Option } from 'commander'
import { acceptBanner, textOfBanner } from '../platform/banner.ts'
import { signInByProvider } from '../platform/browser-login.ts'
import { openRemote } from '../platform/connect.ts'
import { addContext, type Context, credentialOf, readContexts, writeContexts } from '../platform/contexts.ts'
import { signInByPassword } from '../platform/password-sign-in.ts'
import { findProject, listProjects, type ProjectRef } from '../platform/projects.ts'
import { openPrompt, type Prompt } from '../platform/prompt.ts'
import type { ServerOptions } from '../platform/server.ts'
import { ownTenant } from '../resources/tenancy.ts'
import { askForLink } from './forgot-password.ts'
import { loginAsOperator } from './login-operator.ts'

interface LoginOptions extends ServerOptions {
  ca?: string
  apiKeyFile?: string
  email?: string
  credentials?: string
  org?: string
  sso?: true
  acceptBanner?: true
  forgotPassword?: true
  name?: string
}

/** `atrium login URL [--ca FILE] [--api-key-file FILE | [--sso] --email EMAIL | --org NAME] [--accept-banner] [--name NAME]` */
export const registerLogin = (program: Command): void => {
  program
    .command('login')
    .description('keep a server and an API key, or a session, as a context, and use it from now on')
    .argument('<url>', 'of the server, e.g. https://atrium.example.com:8443')
    .option('--ca <file>', "PEM of the authority to trust; without it the system's")
    .option(
      '--api-key-file <file>',
      'file of the API key; without it the key is asked for, or read from standard input',
    )
    .addOption(
      new Option(
        '--email <email>',
        'sign in with a password, and the code of a second factor, instead of a key',
      ).conflicts('apiKeyFile'),
    )
    .option('--org <name>', 'of the organisation; needed when several know the e-mail')
    .addOption(
      new Option(
        '--sso',
        "sign in by the identity provider of --org, or of the e-mail's domain, in a browser of this machine",
      ).conflicts('apiKeyFile'),
    )
    .option('--accept-banner', 'I have read what the organisation wants read before signing in')
    .option('--system', 'as an operator of the installation: with --email and a password, or with a key')
    .addOption(
      new Option('--credentials <file>', 'of an operator: JSON of email and password, as HOME/operator.json').conflicts(
        ['email', 'apiKeyFile'],
      ),
    )
    .option('--name <name>', 'of the context; without it the host of the URL')
    .addOption(
      new Option(
        '--forgot-password',
        'sign nobody in: a link that sets another password goes to --email by mail',
      ).conflicts(['apiKeyFile', 'sso', 'credentials']),
    )
    .action((url: string, _options: object, command: Command) => login(url, command.optsWithGlobals<LoginOptions>()))
}

async function login(given: string, options: LoginOptions): Promise<void> {
  const url = checkUrl(given)
  const name = options.name ?? new URL(url).hostname
  const ca = options.ca === undefined ? null : readText(options.ca, '--ca')
  if (options.forgotPassword) return askForLink({ url, ca, project: null }, options)
  const prompt = openPrompt()
  try {
    if (options.system) {
      const key = options.apiKeyFile === undefined ? null : readText(options.apiKeyFile, '--api-key-file').trim()
      return await loginAsOperator({ url, ca }, name, { ...options, key }, prompt)
    }
    if (options.credentials !== undefined) throw new Error('--credentials is for operators. Add --system.')
    const context = await newContext({ url, ca, project: null }, options, prompt)
    const { tenant, project } = await lookAround(context, options.project)
    const contexts = readContexts(options.config)
    writeContexts(options.config, addContext(contexts, name, { ...context, project }))
    const where = project === null ? 'at tenant scope' : `in project '${project.name}'`
    process.stdout.write(`Context '${name}' is in use: tenant '${tenant}', ${where}.\n`)
  } finally {
    prompt.close()
  }
}

/** `server` with a credential that is good. What is to be read before signing in was accepted. */
async function newContext(server: Context, options: LoginOptions, prompt: Prompt): Promise<Context> {
  const { client: anonymous, close } = openRemote(server, null, null)
  try {
    const { org } = options
    const query = org === undefined ? {} : { org }
    const before = textOfBanner(await anonymous.call('GET /atrium/v1/auth/banner', { query }))
    if (before !== null) await acceptBanner(before, options.acceptBanner === true, prompt)
    const context = { ...server, ...(await credentialFor(server, anonymous, options, prompt)) }
    await acceptTenantBanner(context, before, options, prompt)
    return context
  } finally {
    await close()
  }
}

async function credentialFor(
  server: Context,
  anonymous: Client,
  { email, org, sso, apiKeyFile }: LoginOptions,
  prompt: Prompt,
): Promise<{ apiKey: string } | { token: string }> {
  if (sso) return { token: await signInByProvider(anonymous, server.url, { email, org }) }
  if (email !== undefined) {
    const openAs = (token: string) => openRemote(server, { token }, null)
    return { token: await signInByPassword(anonymous, openAs, { email, org }, prompt) }
  }
  const text = apiKeyFile === undefined ? await prompt.secret('API key: ') : readText(apiKeyFile, '--api-key-file')
  const apiKey = text.trim()
  if (apiKey === '') throw new Error('The API key is empty. Give a file that holds it: --api-key-file FILE')
  return { apiKey }
}

/** Which organisation it is may be known by its credential only. */
async function acceptTenantBanner(
  context: Context,
  accepted: string | null,
  options: LoginOptions,
  prompt: Prompt,
): Promise<void> {
  const { client, close } = openRemote(context, credentialOf(context), null)
  try {
    const tenantUid = await ownTenant(client)
    const banner = await client.call('GET /v1/tenants/{tenantUid}/loginBanner', { params: { tenantUid } })
    const text = textOfBanner(banner)
    if (text !== null && text !== accepted) await acceptBanner(text, options.acceptBanner === true, prompt)
    const { password } = await client.call('GET /atrium/v1/account')
    if (password.isReminded) process.stderr.write(`Your password expires at ${password.expiresAt}. Change it before.\n`)
  } finally {
    await close()
  }
}

function checkUrl(given: string): string {
  if (!URL.canParse(given) || new URL(given).protocol !== 'https:')
    throw new Error(`'${given}' is no address of a server. Give one like https://atrium.example.com:8443`)
  return given.replace(/\/+$/, '')
}

function readText(file: string, option: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`${option}: ${file} cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

/** Whose it is, and the project: the one named, or the only one, or `Default`. */
async function lookAround(
  context: Context,
  wanted: string | undefined,
): Promise<{ tenant: string; project: ProjectRef | null }> {
  const { client, close } = openRemote(context, credentialOf(context), null)
  try {
    const { orgName = '' } = await client.call('GET /v1/users/info')
    if (wanted !== undefined) return { tenant: orgName, project: await findProject(client, wanted) }
    const all = await listProjects(client)
    const usual = all.length === 1 ? all[0] : all.find(({ name }) => name === 'Default')
    return { tenant: orgName, project: usual ?? null }
  } finally {
    await close()
  }
}
