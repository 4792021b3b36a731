import { readFileSync } from 'node:fs'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Command } from 'commander'
import { openRemote } from '../platform/connect.ts'
import { addContext, type Context, readContexts, writeContexts } from '../platform/contexts.ts'
import { findProject, listProjects, type ProjectRef } from '../platform/projects.ts'
import { readSecret } from '../platform/secret-input.ts'
import type { ServerOptions } from '../platform/server.ts'

interface LoginOptions extends ServerOptions {
  ca?: string
  apiKeyFile?: string
  name?: string
}

/** `atrium login URL [--ca FILE] [--api-key-file FILE] [--name NAME]` */
export const registerLogin = (program: Command): void => {
  program
    .command('login')
    .description('keep a server and an API key as a context, and use it from now on')
    .argument('<url>', 'of the server, e.g. https://atrium.example.com:8443')
    .option('--ca <file>', "PEM of the authority to trust; without it the system's")
    .option(
      '--api-key-file <file>',
      'file of the API key; without it the key is asked for, or read from standard input',
    )
    .option('--name <name>', 'of the context; without it the host of the URL')
    .action((url: string, _options: object, command: Command) => login(url, command.optsWithGlobals<LoginOptions>()))
}

async function login(given: string, options: LoginOptions): Promise<void> {
  const url = checkUrl(given)
  const name = options.name ?? new URL(url).hostname
  const ca = options.ca === undefined ? null : readText(options.ca, '--ca')
  const text =
    options.apiKeyFile === undefined ? await readSecret('API key: ') : readText(options.apiKeyFile, '--api-key-file')
  const apiKey = text.trim()
  if (apiKey === '') throw new Error('The API key is empty. Give a file that holds it: --api-key-file FILE')
  const { tenant, project } = await signIn({ url, ca, apiKey, project: null }, options.project)
  const contexts = readContexts(options.config)
  writeContexts(options.config, addContext(contexts, name, { url, ca, apiKey, project }))
  const where = project === null ? 'at tenant scope' : `in project '${project.name}'`
  process.stdout.write(`Context '${name}' is in use: tenant '${tenant}', ${where}.\n`)
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

/** Proves that the key is good, and chooses the project: the one named, or the only one, or `Default`. */
async function signIn(
  context: Context,
  wanted: string | undefined,
): Promise<{ tenant: string; project: ProjectRef | null }> {
  const { client, close } = openRemote(context, { apiKey: context.apiKey }, null)
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
