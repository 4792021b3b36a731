/** What the server reads from its environment, as text. `envToConfig` gives it meaning and defaults. */
export interface ServerEnv {
  /** PostgreSQL as the owner of the schema. */
  databaseUrl?: string
  /** The same database as role `atrium_app`, and as `atrium_system`; without them the owner takes the roles on. */
  databaseAppUrl?: string
  databaseSystemUrl?: string
  listenHost?: string
  port?: string
  /** `https://host:port` as agents and people reach the server. */
  publicUrl?: string
  /** Further DNS names and addresses of the server, by commas: for its own certificate. */
  names?: string
  /** Folder of the server's own authorities and certificate. */
  pkiDir?: string
  /** The operator's certificate instead of one of our own: chain, key, and the CA bundle that clients trust it by. */
  tlsCertFile?: string
  tlsKeyFile?: string
  tlsCaFile?: string
  /** PEM certificates that a proxy shows to agents when it terminates TLS in front of the server. */
  proxyCertFile?: string
  /** Addresses and CIDRs of proxies whose `X-Forwarded-For` is believed, by commas. */
  trustedProxies?: string
  /** Requests a second of one tenant, and of one address before it signs in; 0 = any number. */
  tenantRate?: string
  addressRate?: string
  /** Root keys that wrap tenants' data keys; kept apart from the database and its backups. */
  rootKeyFile?: string
  /** File with the installation's own credential; absent = operator operations are closed. */
  operatorTokenFile?: string
  /** The first operator, made where there is none yet: e-mail, and a file of the password. */
  operatorEmail?: string
  operatorPasswordFile?: string
  logLevel?: string
  /** CIDRs outside the public internet that outgoing requests may reach, by commas. */
  egressAllow?: string
  /** Name servers that are asked for the records of tenants' domains, `address[:port]`, by commas; absent = those of the system. */
  dnsServers?: string
  /** Where other servers of this installation reach this one. */
  peerAddress?: string
  /** The platform's own pack registry: address, CA bundle, key that signs its tokens. */
  registryUrl?: string
  ecrEndpoint?: string
  stsEndpoint?: string
  /** The installation's own identity in AWS, which takes tenants' roles on: key id, and a file of its secret. */
  awsAccessKey?: string
  awsSecretKeyFile?: string
  /** Folder whose folders of packs the operator may add as registries that every tenant sees. */
  packFolder?: string
  /** Server that passes requests on to clouds, under `<host>/<path>`. */
  cloudMirror?: string
  registryCaFile?: string
  registryTokenKeyFile?: string
  /** `best-effort`: packs of tenants are read also where this system closes no network to their reader. */
  isolation?: string
}

const VARIABLES: Record<keyof ServerEnv, string> = {
  databaseUrl: 'DATABASE_URL',
  databaseAppUrl: 'DATABASE_APP_URL',
  databaseSystemUrl: 'DATABASE_SYSTEM_URL',
  listenHost: 'ATRIUM_LISTEN_HOST',
  port: 'ATRIUM_PORT',
  publicUrl: 'ATRIUM_PUBLIC_URL',
  names: 'ATRIUM_NAMES',
  pkiDir: 'ATRIUM_PKI_DIR',
  tlsCertFile: 'ATRIUM_TLS_CERT_FILE',
  tlsKeyFile: 'ATRIUM_TLS_KEY_FILE',
  tlsCaFile: 'ATRIUM_TLS_CA_FILE',
  proxyCertFile: 'ATRIUM_PROXY_CERT_FILE',
  trustedProxies: 'ATRIUM_TRUSTED_PROXIES',
  tenantRate: 'ATRIUM_TENANT_RATE',
  addressRate: 'ATRIUM_ADDRESS_RATE',
  rootKeyFile: 'ATRIUM_ROOT_KEY_FILE',
  operatorTokenFile: 'ATRIUM_OPERATOR_TOKEN_FILE',
  operatorEmail: 'ATRIUM_OPERATOR_EMAIL',
  operatorPasswordFile: 'ATRIUM_OPERATOR_PASSWORD_FILE',
  logLevel: 'ATRIUM_LOG_LEVEL',
  egressAllow: 'ATRIUM_EGRESS_ALLOW',
  dnsServers: 'ATRIUM_DNS_SERVERS',
  peerAddress: 'ATRIUM_PEER_ADDRESS',
  registryUrl: 'ATRIUM_REGISTRY_URL',
  ecrEndpoint: 'ATRIUM_ECR_ENDPOINT',
  stsEndpoint: 'ATRIUM_STS_ENDPOINT',
  awsAccessKey: 'ATRIUM_AWS_ACCESS_KEY',
  awsSecretKeyFile: 'ATRIUM_AWS_SECRET_KEY_FILE',
  packFolder: 'ATRIUM_PACK_FOLDER',
  cloudMirror: 'ATRIUM_CLOUD_MIRROR',
  registryCaFile: 'ATRIUM_REGISTRY_CA_FILE',
  registryTokenKeyFile: 'ATRIUM_REGISTRY_TOKEN_KEY_FILE',
  isolation: 'ATRIUM_ISOLATION',
}

/** Empty variables count as absent. */
export const readEnv = (env: NodeJS.ProcessEnv): ServerEnv =>
  Object.fromEntries(
    Object.entries(VARIABLES)
      .map(([field, variable]) => [field, env[variable]])
      .filter(([, value]) => value !== undefined && value !== ''),
  )

/** The variable behind a field, for messages. */
export const variableOf = (field: keyof ServerEnv): string => VARIABLES[field]
