import { describe, expect, it } from 'vitest'
import { envToConfig } from './config.ts'
import { readEnv } from './env.ts'

const needed = {
  DATABASE_URL: 'postgresql://owner:pass@db/atrium',
  ATRIUM_PKI_DIR: '/pki',
  ATRIUM_ROOT_KEY_FILE: '/root.key',
}
const config = (env: Record<string, string> = {}) => envToConfig(readEnv({ ...needed, ...env }))

describe('configuration', () => {
  it('needs little, listens on loopback, and shows no secret when printed', () => {
    expect(config()).toMatchObject({
      listen: { host: '127.0.0.1', port: 8443 },
      publicUrl: null,
      tls: null,
      registry: null,
      egressAllowedRanges: [],
      dnsServers: [],
      trustedProxies: [],
      rates: { tenant: 1000, address: 20 },
      logLevel: 'info',
    })
    expect(JSON.stringify(config())).not.toContain('pass')
  })

  it('makes the public address a name of the certificate', () => {
    const { names, publicUrl } = config({
      ATRIUM_PUBLIC_URL: 'https://plane.example:8443/',
      ATRIUM_NAMES: '10.0.0.7, alt.example,',
    })
    expect(publicUrl).toBe('https://plane.example:8443')
    expect(names).toEqual({ dns: ['plane.example', 'alt.example'], ip: ['10.0.0.7'] })
  })

  it.each([
    [{ DATABASE_URL: '' }, 'DATABASE_URL is not set'],
    [{ ATRIUM_PORT: '70000' }, 'ATRIUM_PORT is no port'],
    [{ ATRIUM_PUBLIC_URL: 'http://plane.example' }, 'ATRIUM_PUBLIC_URL must be an https address'],
    [{ ATRIUM_AWS_ACCESS_KEY: 'AK' }, 'ATRIUM_AWS_SECRET_KEY_FILE is not set'],
    [{ ATRIUM_PACK_FOLDER: 'packs' }, 'ATRIUM_PACK_FOLDER must be an absolute path'],
    [{ ATRIUM_TENANT_RATE: '-5' }, 'ATRIUM_TENANT_RATE is no whole number'],
    [{ ATRIUM_ADDRESS_RATE: 'many' }, 'ATRIUM_ADDRESS_RATE is no whole number'],
    [{ ATRIUM_TRUSTED_PROXIES: '10.0.0.0/8,proxy' }, "ATRIUM_TRUSTED_PROXIES holds 'proxy'"],
    [{ ATRIUM_TRUSTED_PROXIES: '10.0.0.0/33' }, 'ATRIUM_TRUSTED_PROXIES holds'],
    [{ ATRIUM_DNS_SERVERS: '10.0.0.2, ns.example' }, "ATRIUM_DNS_SERVERS holds 'ns.example'"],
    [{ ATRIUM_LOG_LEVEL: 'loud' }, 'ATRIUM_LOG_LEVEL must be one of'],
    [{ ATRIUM_TLS_CERT_FILE: '/c' }, 'ATRIUM_TLS_KEY_FILE is not set'],
    [{ ATRIUM_TLS_CERT_FILE: '/c', ATRIUM_TLS_KEY_FILE: '/k' }, 'ATRIUM_TLS_CA_FILE is not set'],
    [{ ATRIUM_REGISTRY_URL: 'https://r' }, 'ATRIUM_REGISTRY_TOKEN_KEY_FILE is not set'],
  ])('%j is refused with the name of the variable', (env, message) => {
    expect(() => config(env as Record<string, string>)).toThrow(message)
  })
})
