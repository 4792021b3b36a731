import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { BasicCredentials } from '@atrium/pack/sources/oci/auth.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { parse } from 'yaml'
import { refuseOpenFile } from '../platform/private-file.ts'

/** Who one is at registries. Credentials of one host are never shown to another. */
export interface Credentials {
  /** The file they come from, in Docker's format; it need not be there. */
  file: string
  /** Null: nobody in particular. */
  of(host: string): Promise<BasicCredentials | null>
}

interface DockerConfig {
  auths?: Record<string, { auth?: unknown; username?: unknown; password?: unknown; identitytoken?: unknown } | null>
  credHelpers?: Record<string, unknown>
  credsStore?: unknown
}

/** Where `docker login` and its like keep what they were told. */
const dockerFile = (env: NodeJS.ProcessEnv): string =>
  join(env['DOCKER_CONFIG'] ?? join(env['HOME'] ?? homedir(), '.docker'), 'config.json')

/** `given`: a file in Docker's format, as JSON or YAML, instead of Docker's own. */
export function readCredentials(given: string | undefined, env: NodeJS.ProcessEnv): Credentials {
  const file = given ?? dockerFile(env)
  if (given !== undefined && !existsSync(given)) throw new Error(`--credentials: there is no file ${given}.`)
  let config: DockerConfig | undefined
  return {
    file,
    of(host) {
      config ??= readConfig(file)
      return credentialsOf(host, config, file)
    },
  }
}

function readConfig(file: string): DockerConfig {
  if (!existsSync(file)) return {}
  let config: unknown
  try {
    config = parse(readFileSync(file, 'utf8'))
  } catch {
    // The parser's message would repeat a line of the file.
    throw new Error(`${file} is neither JSON nor YAML.`)
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw new Error(
      `${file} must hold an object with 'auths', 'credHelpers' or 'credsStore', as Docker's config.json does.`,
    )
  const read = config as DockerConfig
  // A file that only names helpers holds nothing secret.
  if (Object.values(read.auths ?? {}).some((entry) => Object.keys(entry ?? {}).length > 0))
    refuseOpenFile(file, 'passwords')
  return read
}

/** Docker Hub is called by its former address. */
const namesOf = (host: string): string[] =>
  [host, ...(isHub(host) ? ['index.docker.io', 'docker.io'] : [])].flatMap((name) =>
    ['', '/', '/v1/', '/v2/'].flatMap((end) => [`${name}${end}`, `https://${name}${end}`, `http://${name}${end}`]),
  )
const isHub = (host: string): boolean => /(^|\.)docker\.io$/.test(host)

async function credentialsOf(host: string, config: DockerConfig, file: string): Promise<BasicCredentials | null> {
  const names = namesOf(host)
  const helper = names.map((name) => config.credHelpers?.[name]).find((one) => one !== undefined)
  if (helper !== undefined) return fromHelper(String(helper), isHub(host) ? 'https://index.docker.io/v1/' : host)
  const entry = names.map((name) => config.auths?.[name]).find((one) => Object.keys(one ?? {}).length > 0)
  if (entry) return fromEntry(entry, host, file)
  // A store is asked last: it starts a program for every host, also those nobody ever signed in to.
  if (config.credsStore === undefined) return null
  return fromHelper(String(config.credsStore), isHub(host) ? 'https://index.docker.io/v1/' : host)
}

function fromEntry(
  entry: NonNullable<NonNullable<DockerConfig['auths']>[string]>,
  host: string,
  file: string,
): BasicCredentials {
  if (typeof entry.username === 'string' && typeof entry.password === 'string')
    return { username: entry.username, password: new Secret(entry.password) }
  const [, username, password] =
    /^([^:]+):(.*)$/s.exec(Buffer.from(String(entry.auth ?? ''), 'base64').toString('utf8')) ?? []
  if (username === undefined || password === undefined)
    throw new Error(`${file}: auths.${host} needs 'auth' (base64 of name:password), or 'username' and 'password'.`)
  return { username, password: new Secret(password.replace(/\0+$/, '')) }
}

/** The protocol of Docker's credential helpers: the host on standard input, JSON on standard output. */
async function fromHelper(name: string, host: string): Promise<BasicCredentials | null> {
  if (!/^[\w.-]+$/.test(name)) throw new Error(`'${name}' is no name of a credential helper.`)
  const program = `docker-credential-${name}`
  const child = spawn(program, ['get'], { stdio: ['pipe', 'pipe', 'ignore'] })
  child.stdin.on('error', () => undefined).end(`${host}\n`)
  const closed = once(child, 'close') as Promise<[number | null]>
  const [answer, [code]] = await Promise.all([text(child.stdout), closed]).catch((error: unknown) => {
    throw new Error(`The credential helper ${program} cannot be run: ${messageOf(error)}`, { cause: error })
  })
  if (code !== 0 && /not found/i.test(answer)) return null
  const { Username, Secret: secret } = helperAnswer(answer)
  if (code !== 0 || typeof Username !== 'string' || typeof secret !== 'string')
    throw new Error(`The credential helper ${program} gave no credentials for ${host}.`)
  return { username: Username, password: new Secret(secret) }
}

function helperAnswer(text: string): { Username?: unknown; Secret?: unknown } {
  try {
    return (JSON.parse(text) as object | null) ?? {}
  } catch {
    return {}
  }
}
