import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { ClusterImport } from '@atrium/api/kinds/cluster.ts'
import type { Provider } from '@atrium/provider-contract/provider.ts'
import { type Clock, systemClock } from '@atrium/runtime/base/clock.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { newUid, type Random, systemRandom } from '@atrium/runtime/base/random.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'
import type { AwsKeys } from '@atrium/runtime/egress/aws-signature.ts'
import { createDial } from '@atrium/runtime/egress/dial.ts'
import { createEgress, type Egress } from '@atrium/runtime/egress/egress.ts'
import { splitPemBundle } from '@atrium/runtime/pki/keys.ts'
import type { Store } from '@atrium/runtime/store/store.ts'
import { type Admission, createAdmission } from './admission/admission.ts'
import { createIdentity } from './auth/create-identity.ts'
import { createDomains, type Domains } from './auth/domains/domains.ts'
import { createTxtLookup } from './auth/domains/txt-lookup.ts'
import type { Identity } from './auth/identity.ts'
import { createOutbox } from './auth/mail/outbox.ts'
import type { Parts } from './auth/parts.ts'
import { createSso, type Sso } from './auth/sso/sso.ts'
import { egressOfTenants } from './auth/tenants/egress.ts'
import { type CloudClient, createCloudClient } from './clouds/client.ts'
import type { ServerConfig } from './config/config.ts'
import { type Content, createContent } from './content/content.ts'
import type { RegistryTokens } from './content/registry-tokens.ts'
import { applyReport } from './controllers/cluster/report.ts'
import { createLink, type Link } from './link/link.ts'
import { createLogger } from './logger.ts'
import type { Mailer } from './mail/mailer.ts'
import type { Outbox } from './mail/outbox.ts'
import { createMailer } from './mail/smtp.ts'
import { openServerPki, type ServerPki } from './pki/server-pki.ts'
import { roleUrlsOf } from './restored.ts'
import { FileKeyProvider } from './store/keys/file-key-provider.ts'
import { openStore, type PostgresStore } from './store/postgres-store.ts'

/** Where agents of imported clusters come from. */
export interface Imports {
  /** `https://host:port` as clusters reach it. */
  readonly url: string
  /** The agent's manifest with a new enrolment token in it: a credential. */
  manifest(cluster: { tenant: string; clusterUid: string }, mode: ClusterImport['mode']): Promise<string>
}

/** What requests need: the part of the installation that the API's handlers see. */
export interface ServerContext {
  clock: Clock
  random: Random
  logger: Logger
  store: Store
  identity: Identity
  admission: Admission
  /** Providers by cloud type. */
  providers: ReadonlyMap<string, Provider>
  /** Asks clouds whether they take credentials. */
  clouds: CloudClient
  /** The installation's own credential; null = operator operations are closed. */
  operatorToken: Secret<string> | null
  /** When agents were last heard of, by cluster uid: heartbeats are too many for the objects' own status. Absent without a link. */
  lastHeartbeats?: Link['lastHeartbeats']
  /** Asks the agent of a cluster for a preview. Absent without a link. */
  askPreview?: Link['preview']
  /** Tries a registry before it is saved; absent where nothing can be reached. */
  checkRegistry?: Content['checkRegistry']
  /** Reads what layers name of registries that are not synchronised; absent where nothing can be reached. */
  fetchPack?: Content['fetchPack']
  /** How clusters that somebody else made are taken in. Absent without a link. */
  imports?: Imports
  /** Signs people in by the identity providers of their tenants. */
  sso: Sso
  /** Speaks to the server that takes the installation's mail. */
  mailer: Mailer
  /** Which domains of e-mails are whose. */
  domains: Domains
  /** The operator's address of this server, `https://host[:port]`; null = whoever sets something up knows it. */
  publicUrl: string | null
  /** Signs the tokens of the platform's registry; absent without one. */
  registryTokens?: RegistryTokens | null
}

/** Everything the server's parts depend on, built once. */
export interface Installation extends ServerContext {
  config: ServerConfig
  /** Names this process in leases and sessions: unique among all that ever ran. */
  owner: string
  store: PostgresStore
  pki: ServerPki
  egress: Egress
  content: Content
  link: Link
  outbox: Outbox
  close(): Promise<void>
}

/** Loads a provider only where it is configured: cloud SDKs cost memory and time. */
export type ProviderLoader = () => Promise<Provider>

export interface ContextOverrides {
  clock?: Clock
  random?: Random
  logger?: Logger
  /** Providers that the composing program brings, by cloud type. */
  providers?: Record<string, ProviderLoader>
  /** Instead of the clouds themselves. */
  clouds?: CloudClient
}

const EGRESS_LIMITS = { timeoutMs: 60_000, maxBytes: 64 * 1024 * 1024 }

/** Opens the database (and brings its schema to this version), keys and certificates, and builds every part on them. */
export const createContext = async (config: ServerConfig, overrides: ContextOverrides = {}): Promise<Installation> => {
  const clock = overrides.clock ?? systemClock
  const random = overrides.random ?? systemRandom
  const logger = overrides.logger ?? createLogger(config.logLevel)
  const base = { clock, random, logger }
  const providers = await loadProviders(overrides.providers ?? {})
  const pki = await openServerPki(config, base)
  const store = await openStore({
    ...base,
    databaseUrl: config.database.url.reveal(),
    ...roleUrlsOf(config),
    keyProvider: new FileKeyProvider(config.rootKeyFile, random),
  })
  const egress = createEgress({ ...EGRESS_LIMITS, allowedRanges: config.egressAllowedRanges, allowPlainHttp: false })
  const registry = registryOf(config)
  const tenants = async () => (await store.system.tenants()).map(({ uid }) => uid)
  const { publicUrl, ecrEndpoint, stsEndpoint, packFolder, isolation } = config
  const aside = { ecrEndpoint, stsEndpoint, packFolder, isolation, awsKeys: awsKeysOf(config) }
  const content = createContent({ ...base, store, egress, registry, tenants, ...aside })
  const parts = { clock, random, database: store.database, system: store.system, keys: store.keys }
  const owner = `${hostname()}:${process.pid}:${newUid(random).slice(0, 8)}`
  const link = createLink({
    ...base,
    store,
    database: store.database,
    agentAuthority: pki.agentAuthority,
    agentTrust: pki.agentTrust,
    // Agents pull from the platform's registry too, whose certificate may come from another authority.
    serverTrust: () => [...new Set(splitPemBundle(`${pki.trust}\n${registry?.caBundle ?? ''}`))].join('\n'),
    serverFingerprints: () => pki.fingerprints,
    applyReport,
    issueRegistryToken: (agent, repository) => content.issueAgentToken(agent.clusterUid, repository),
    registryUrl: registry?.url ?? null,
    server: owner,
    peerAddress: config.peerAddress ?? '',
    installation: pki.installation,
    planeEpoch: () => store.epoch,
  })
  return {
    ...base,
    config,
    owner,
    store,
    identity: createIdentity(parts),
    sso: createSso({ ...parts, store, egress, publicUrl }),
    domains: createDomains(parts, createTxtLookup(clock, config.dnsServers)),
    publicUrl,
    ...mailOf(config, parts),
    admission: createAdmission(store),
    providers,
    clouds:
      overrides.clouds ??
      createCloudClient({ egressOf: egressOfTenants(store, egress), clock, mirror: config.cloudMirror }),
    operatorToken: readSecret(config.operatorTokenFile),
    pki,
    egress,
    content,
    registryTokens: content.registryTokens,
    checkRegistry: content.checkRegistry,
    fetchPack: content.fetchPack,
    lastHeartbeats: link.lastHeartbeats,
    askPreview: link.preview,
    link,
    async close() {
      content.close()
      await egress.close()
      await store.close()
    },
  }
}

const loadProviders = async (loaders: Record<string, ProviderLoader>): Promise<Map<string, Provider>> => {
  const loaded = await Promise.all(Object.values(loaders).map((load) => load()))
  return new Map(loaded.map((provider) => [provider.cloudType, provider]))
}

const mailOf = ({ egressAllowedRanges: allowedRanges, publicUrl }: ServerConfig, parts: Parts) => ({
  mailer: createMailer({ dial: createDial({ allowedRanges }) }),
  outbox: createOutbox(parts, publicUrl),
})

const registryOf = ({ registry }: ServerConfig) => {
  if (registry === null) return null
  const tokenKey = readSecret(registry.tokenKeyFile)
  if (tokenKey === null)
    throw new AtriumError('InvalidState', `${registry.tokenKeyFile} is missing: it signs the registry's tokens.`)
  return {
    url: registry.url,
    caBundle: registry.caFile === null ? '' : readFileSync(registry.caFile, 'utf8'),
    tokenKey,
  }
}

const awsKeysOf = ({ aws }: ServerConfig): AwsKeys | null => {
  if (aws === null) return null
  const secretKey = readSecret(aws.secretKeyFile)
  if (secretKey === null)
    throw new AtriumError('InvalidState', `${aws.secretKeyFile} is missing: it is the secret of ${aws.accessKey}.`)
  return { accessKey: aws.accessKey, secretKey }
}

/** Null when the file is not there, or empty. */
export const readSecret = (file: string | null): Secret<string> | null => {
  if (file === null || !existsSync(file)) return null
  const text = readFileSync(file, 'utf8').trim()
  return text === '' ? null : new Secret(text)
}
