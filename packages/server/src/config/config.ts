import { Resolver } from 'node:dns'
import { isIP } from 'node:net'
import { isAbsolute } from 'node:path'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { type Isolation, isolations } from '@atrium/runtime/confined/wall.ts'
import { type ServerEnv, variableOf } from './env.ts'

const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface ServerConfig {
  listen: { host: string; port: number }
  /** Absent = `https://localhost:<port>`, known once the server listens. */
  publicUrl: string | null
  /** Names of the server's own certificate besides localhost and the host's name. */
  names: { dns: string[]; ip: string[] }
  pkiDir: string
  /** The operator's certificate; null = one of the server's own authority. */
  tls: { certFile: string; keyFile: string; caFile: string } | null
  proxyCertFile: string | null
  trustedProxies: string[]
  /** Requests a second; 0 = any number. */
  rates: { tenant: number; address: number }
  database: { url: Secret<string>; appUrl: Secret<string> | null; systemUrl: Secret<string> | null }
  rootKeyFile: string
  operatorTokenFile: string | null
  /** Made at the start where there is no operator yet. */
  firstOperator: { email: string; passwordFile: string } | null
  logLevel: LogLevel
  egressAllowedRanges: string[]
  /** `address[:port]`; none = those of the system. */
  dnsServers: string[]
  peerAddress: string | null
  registry: { url: string; caFile: string | null; tokenKeyFile: string } | null
  /** Where tokens of AWS's registries come from, instead of the service of their region. */
  ecrEndpoint: string | null
  /** The same for keys of roles. */
  stsEndpoint: string | null
  aws: { accessKey: string; secretKeyFile: string } | null
  /** Absolute; null = no folder of this machine is a registry. */
  packFolder: string | null
  isolation: Isolation
  /** Passes requests on to clouds, under `<host>/<path>`; null = they are asked themselves. */
  cloudMirror: string | null
}

const DEFAULT_PORT = 8443
/** More than one tenant's clients can ask for together (Terraform with 50 requests under way, ten consoles). */
const DEFAULT_TENANT_RATE = 1_000
const DEFAULT_ADDRESS_RATE = 20

/** The only place of defaults. Throws `InvalidRequest` naming the variable that is missing or cannot be read. */
export const envToConfig = (env: ServerEnv): ServerConfig => ({
  listen: { host: env.listenHost ?? '127.0.0.1', port: portOf(env) },
  publicUrl: env.publicUrl === undefined ? null : httpsUrl(env, 'publicUrl'),
  names: namesOf(env),
  pkiDir: required(env, 'pkiDir'),
  tls: tlsOf(env),
  proxyCertFile: env.proxyCertFile ?? null,
  trustedProxies: trustedProxiesOf(env),
  rates: {
    tenant: rateOf(env, 'tenantRate', DEFAULT_TENANT_RATE),
    address: rateOf(env, 'addressRate', DEFAULT_ADDRESS_RATE),
  },
  database: {
    url: new Secret(required(env, 'databaseUrl')),
    appUrl: env.databaseAppUrl === undefined ? null : new Secret(env.databaseAppUrl),
    systemUrl: env.databaseSystemUrl === undefined ? null : new Secret(env.databaseSystemUrl),
  },
  rootKeyFile: required(env, 'rootKeyFile'),
  operatorTokenFile: env.operatorTokenFile ?? null,
  firstOperator: firstOperatorOf(env),
  logLevel: logLevelOf(env),
  egressAllowedRanges: listOf(env.egressAllow),
  dnsServers: dnsServersOf(env),
  peerAddress: env.peerAddress ?? null,
  registry: registryOf(env),
  ecrEndpoint: env.ecrEndpoint === undefined ? null : httpsUrl(env, 'ecrEndpoint'),
  stsEndpoint: env.stsEndpoint === undefined ? null : httpsUrl(env, 'stsEndpoint'),
  aws: awsOf(env),
  packFolder: packFolderOf(env),
  isolation: isolationOf(env),
  cloudMirror: env.cloudMirror === undefined ? null : httpsUrl(env, 'cloudMirror'),
})

const required = (env: ServerEnv, field: keyof ServerEnv): string => {
  const value = env[field]
  if (value === undefined) throw wrong(field, 'is not set')
  return value
}

const portOf = (env: ServerEnv): number => {
  const port = Number(env.port ?? DEFAULT_PORT)
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw wrong('port', `is no port: ${env.port}`)
  return port
}

const rateOf = (env: ServerEnv, field: 'tenantRate' | 'addressRate', fallback: number): number => {
  const rate = Number(env[field] ?? fallback)
  if (!Number.isInteger(rate) || rate < 0) throw wrong(field, `is no whole number of requests a second: ${env[field]}`)
  return rate
}

const trustedProxiesOf = (env: ServerEnv): string[] => {
  const proxies = listOf(env.trustedProxies)
  const odd = proxies.find((proxy) => !isNetwork(proxy))
  if (odd !== undefined) throw wrong('trustedProxies', `holds '${odd}', which is neither an address nor a CIDR`)
  return proxies
}

const dnsServersOf = (env: ServerEnv): string[] => {
  const servers = listOf(env.dnsServers)
  const odd = servers.find((server) => !isNameServer(server))
  if (odd !== undefined) throw wrong('dnsServers', `holds '${odd}', which is no address[:port] of a name server`)
  return servers
}

const isNameServer = (text: string): boolean => {
  try {
    new Resolver().setServers([text])
    return true
  } catch {
    return false
  }
}

const isNetwork = (text: string): boolean => {
  const [address = '', bits] = text.split('/')
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1
  return bits === undefined ? most > 0 : /^\d{1,3}$/.test(bits) && Number(bits) <= most
}

const httpsUrl = (env: ServerEnv, field: keyof ServerEnv): string => {
  const value = required(env, field)
  if (!URL.canParse(value) || new URL(value).protocol !== 'https:') throw wrong(field, 'must be an https address')
  return value.replace(/\/+$/, '')
}

/** The public address is a name of the server too. */
const namesOf = (env: ServerEnv): { dns: string[]; ip: string[] } => {
  const host =
    env.publicUrl && URL.canParse(env.publicUrl) ? [new URL(env.publicUrl).hostname.replace(/^\[|\]$/g, '')] : []
  const names = [...host, ...listOf(env.names)]
  return { dns: names.filter((name) => isIP(name) === 0), ip: names.filter((name) => isIP(name) !== 0) }
}

const tlsOf = (env: ServerEnv): ServerConfig['tls'] => {
  if (env.tlsCertFile === undefined && env.tlsKeyFile === undefined) return null
  return {
    certFile: required(env, 'tlsCertFile'),
    keyFile: required(env, 'tlsKeyFile'),
    caFile: required(env, 'tlsCaFile'),
  }
}

const registryOf = (env: ServerEnv): ServerConfig['registry'] =>
  env.registryUrl === undefined
    ? null
    : {
        url: httpsUrl(env, 'registryUrl'),
        caFile: env.registryCaFile ?? null,
        tokenKeyFile: required(env, 'registryTokenKeyFile'),
      }

const firstOperatorOf = (env: ServerEnv): ServerConfig['firstOperator'] =>
  env.operatorEmail === undefined
    ? null
    : { email: env.operatorEmail, passwordFile: required(env, 'operatorPasswordFile') }

const awsOf = (env: ServerEnv): ServerConfig['aws'] =>
  env.awsAccessKey === undefined
    ? null
    : { accessKey: env.awsAccessKey, secretKeyFile: required(env, 'awsSecretKeyFile') }

const packFolderOf = ({ packFolder }: ServerEnv): string | null => {
  if (packFolder !== undefined && !isAbsolute(packFolder)) throw wrong('packFolder', 'must be an absolute path')
  return packFolder ?? null
}

const logLevelOf = (env: ServerEnv): LogLevel => {
  const level = LOG_LEVELS.find((name) => name === (env.logLevel ?? 'info'))
  if (!level) throw wrong('logLevel', `must be one of ${LOG_LEVELS.join(', ')}`)
  return level
}

const isolationOf = (env: ServerEnv): Isolation => {
  const isolation = isolations.find((name) => name === (env.isolation ?? 'required'))
  if (!isolation) throw wrong('isolation', `must be one of ${isolations.join(', ')}`)
  return isolation
}

const listOf = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

const wrong = (field: keyof ServerEnv, what: string): AtriumError =>
  new AtriumError('InvalidRequest', `${variableOf(field)} ${what}.`, { details: { field: variableOf(field) } })
