/** What the registry is told. All paths are absolute. */
export interface RegistryConfig {
  port: number
  /** Folder that holds the content. */
  storageFolder: string
  certificateFile: string
  keyFile: string
  /** Key set that tokens are checked with. */
  keySetFile: string
  /** Token service, issuer and service name that tokens carry. */
  realm: string
  issuer: string
  service: string
  /** Signs the state of uploads in progress. */
  secret: string
}

/** Configuration of CNCF distribution 3. It reads YAML; JSON is YAML. Loopback only, TLS and tokens always. */
export function renderConfig(config: RegistryConfig): string {
  return JSON.stringify(
    {
      version: '0.1',
      log: { level: 'warn', formatter: 'json', accesslog: { disabled: true } },
      storage: {
        filesystem: { rootdirectory: config.storageFolder, maxthreads: 25 },
        delete: { enabled: true },
        maintenance: { uploadpurging: { enabled: true, age: '24h', interval: '24h', dryrun: false } },
      },
      http: {
        addr: `127.0.0.1:${config.port}`,
        relativeurls: true,
        secret: config.secret,
        tls: { certificate: config.certificateFile, key: config.keyFile, minimumtls: 'tls1.3' },
      },
      auth: {
        token: {
          realm: config.realm,
          issuer: config.issuer,
          service: config.service,
          jwks: config.keySetFile,
          signingalgorithms: ['ES256'],
        },
      },
    },
    null,
    2,
  )
}
