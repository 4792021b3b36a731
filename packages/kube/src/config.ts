import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { parse } from 'yaml'
import { type ExecOptions, execToken } from './exec-credential.ts'
import { isRecord } from './object.ts'

/** How to reach one API server and as whom. */
export interface KubeConfig {
  /** `https://host:port`, without a trailing slash. */
  server: string
  /** CA bundle the server's certificate must chain to; absent = the system's. */
  caPem?: string
  /** Name in the server's certificate, when it differs from the host dialled. */
  tlsServerName?: string
  clientCertificatePem?: string
  clientKeyPem?: Secret<string>
  /** Asked before each request, so that a rotated token is picked up. */
  token?: TokenSource
}

/** A bearer token that may change. `refresh` is called after the server refused the last one. */
export interface TokenSource {
  current(): Promise<Secret<string>>
  /** It comes from a program that only this process runs. */
  readonly fromProgram?: true
  refresh(): void
}

const KUBECONFIG_BYTES = 1024 * 1024
const refuse = (message: string): never => {
  throw new AtriumError('InvalidRequest', `kubeconfig: ${message}`)
}

const fixedToken = (token: Secret<string>): TokenSource => ({
  current: async () => token,
  refresh: () => undefined,
})

/** Reads the token again when it is older than `maxAgeMs`, as the kubelet rotates it in place. */
function fileToken(path: string, clock: { now(): number }, maxAgeMs = 30_000): TokenSource {
  let held: { token: Secret<string>; readAt: number } | null = null
  return {
    async current() {
      if (held && clock.now() - held.readAt < maxAgeMs) return held.token
      held = { token: new Secret((await readFile(path, 'utf8')).trim()), readAt: clock.now() }
      return held.token
    },
    refresh: () => {
      held = null
    },
  }
}

export interface InClusterOptions {
  /** Folder with `token`, `ca.crt` and `namespace`, as the kubelet mounts it. */
  serviceAccountDir: string
  host: string
  port: string
  clock: { now(): number }
}

/** The identity the pod was given: its service-account folder and the service address. */
export async function inClusterConfig(options: InClusterOptions): Promise<KubeConfig> {
  const { serviceAccountDir, host, port, clock } = options
  if (!host || !port)
    throw new AtriumError('InvalidRequest', 'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set')
  const tokenPath = join(serviceAccountDir, 'token')
  await readFile(tokenPath)
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    caPem: await readFile(join(serviceAccountDir, 'ca.crt'), 'utf8'),
    token: fileToken(tokenPath, clock),
  }
}

interface Named {
  entry: Record<string, unknown>
}

function named(document: Record<string, unknown>, list: string, field: string, name: unknown): Named['entry'] {
  const items = document[list]
  const found = (Array.isArray(items) ? items : []).filter(isRecord).find((item) => item.name === name)
  const entry = found?.[field]
  return isRecord(entry) ? entry : refuse(`${list} has no entry named ${JSON.stringify(name)}`)
}

async function material(
  entry: Record<string, unknown>,
  field: string,
  baseDir: string | null,
): Promise<string | undefined> {
  const inline = entry[`${field}-data`]
  if (typeof inline === 'string' && inline !== '') return Buffer.from(inline, 'base64').toString('utf8')
  const path = entry[field]
  if (typeof path !== 'string' || path === '') return undefined
  if (baseDir === null) return refuse(`${field} names a file; a kubeconfig from outside must carry its data inline`)
  return readFile(resolve(baseDir, path), 'utf8')
}

export interface KubeconfigOptions {
  /** Context name; the file's `current-context` unless given. */
  context?: string
  /** Folder that relative file names refer to; null refuses files (text that came from somebody else). */
  baseDir: string | null
  clock: { now(): number }
  /** Leave to run the program of `exec`; without it, and in text from outside, that is refused. */
  exec?: ExecOptions
}

/** Reads kubeconfig text. Refuses what would run programs (`auth-provider`, `exec` without leave) or skip TLS verification. */
export async function parseKubeconfig(text: string, options: KubeconfigOptions): Promise<KubeConfig> {
  if (text.length > KUBECONFIG_BYTES) refuse('larger than 1 MiB')
  const document: unknown = parse(text)
  if (!isRecord(document)) return refuse('not a YAML mapping')
  const context = named(document, 'contexts', 'context', options.context ?? document['current-context'])
  const cluster = named(document, 'clusters', 'cluster', context.cluster)
  const user = named(document, 'users', 'user', context.user)
  if (typeof cluster.server !== 'string') return refuse('the cluster has no server address')
  if (cluster['insecure-skip-tls-verify'] === true) refuse('insecure-skip-tls-verify is not supported: give the CA')
  if ((user.exec && !(options.exec && options.baseDir !== null)) || user['auth-provider'])
    refuse('exec and auth-provider are not supported: use a token or certificate')
  const caPem = await material(cluster, 'certificate-authority', options.baseDir)
  const certificate = await material(user, 'client-certificate', options.baseDir)
  const key = await material(user, 'client-key', options.baseDir)
  const token = tokenOf(user, options)
  const serverName = cluster['tls-server-name']
  return {
    server: cluster.server.replace(/\/+$/, ''),
    ...(caPem ? { caPem } : {}),
    ...(typeof serverName === 'string' ? { tlsServerName: serverName } : {}),
    ...(certificate && key ? { clientCertificatePem: certificate, clientKeyPem: new Secret(key) } : {}),
    ...(token ? { token } : {}),
  }
}

function tokenOf(user: Record<string, unknown>, options: KubeconfigOptions): TokenSource | undefined {
  if (isRecord(user.exec) && options.exec && options.baseDir !== null)
    return execToken(user.exec, options.baseDir, options.exec)
  if (typeof user.token === 'string' && user.token !== '') return fixedToken(new Secret(user.token))
  if (typeof user.tokenFile !== 'string' || user.tokenFile === '') return undefined
  if (options.baseDir === null) return refuse('tokenFile names a file; give the token inline')
  return fileToken(resolve(options.baseDir, user.tokenFile), options.clock)
}

/** Reads a kubeconfig file of this machine. */
export async function loadKubeconfig(
  path: string,
  options: { context?: string; clock: { now(): number }; exec?: ExecOptions },
): Promise<KubeConfig> {
  return parseKubeconfig(await readFile(path, 'utf8'), { ...options, baseDir: dirname(resolve(path)) })
}
