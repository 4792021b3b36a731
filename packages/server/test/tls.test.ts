import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type TLSSocket } from 'node:tls'
import { freePort } from '@atrium/dev-env/free-port.ts'
import { createTestDatabase, type TestDatabase } from '@atrium/dev-env/postgres.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { silentLogger } from '@atrium/runtime/base/logger.ts'
import { ManualClock } from '@atrium/runtime/base/manual-clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { certificateFingerprint } from '@atrium/runtime/pki/keys.ts'
import { createAuthority, issueCertificate } from '@atrium/runtime/pki/pki.ts'
import { envToConfig, type ServerConfig } from '@atrium/server/config/config.ts'
import { readEnv } from '@atrium/server/config/env.ts'
import { createContext } from '@atrium/server/context.ts'
import { keepCertificate } from '@atrium/server/pki/keep-certificate.ts'
import { openServerPki } from '@atrium/server/pki/server-pki.ts'
import { startServer } from '@atrium/server/server.ts'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const DAY_MS = 24 * 3600_000
const deps = { clock: systemClock, random: systemRandom, logger: silentLogger }

let folder: string
let databases: TestDatabase[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'atrium-tls-'))
  databases = []
})
afterEach(async () => {
  for (const database of databases) await database.drop()
  rmSync(folder, { recursive: true })
})

/** Writes the operator's files for these names; answers the CA. */
async function operatorsFiles(dnsNames: string[]): Promise<string> {
  const authority = await createAuthority({ ...deps, commonName: 'Operator', validityMs: 900 * DAY_MS })
  const names = { commonName: 'plane', dnsNames, usages: ['server' as const], validityMs: 90 * DAY_MS }
  const issued = await issueCertificate(authority, { ...deps, ...names })
  writeFileSync(join(folder, 'tls.crt'), issued.certificatePem)
  writeFileSync(join(folder, 'tls.key'), issued.privateKeyPem)
  writeFileSync(join(folder, 'tls-ca.crt'), authority.certificatePem)
  return authority.certificatePem
}

async function configOf(env: Record<string, string>): Promise<ServerConfig> {
  const database = await createTestDatabase()
  databases.push(database)
  const own = { ATRIUM_PKI_DIR: join(folder, 'pki'), ATRIUM_ROOT_KEY_FILE: join(folder, 'root.key') }
  return envToConfig(
    readEnv({ DATABASE_URL: database.url, ATRIUM_PORT: '0', ATRIUM_LOG_LEVEL: 'silent', ...own, ...env }),
  )
}
const operators = {
  ATRIUM_TLS_CERT_FILE: 'tls.crt',
  ATRIUM_TLS_KEY_FILE: 'tls.key',
  ATRIUM_TLS_CA_FILE: 'tls-ca.crt',
}
const tlsEnv = (): Record<string, string> =>
  Object.fromEntries(Object.entries(operators).map(([name, file]) => [name, join(folder, file)]))

/** Status and fingerprint of the certificate that is shown to `servername`, trusting `ca` alone. */
const reach = (port: number, ca: string, servername: string): Promise<{ status: number; fingerprint: string }> =>
  new Promise((resolve, reject) => {
    const call = request({ host: '127.0.0.1', port, servername, ca, path: '/healthz', agent: false }, (response) => {
      const { fingerprint256 } = (response.socket as TLSSocket).getPeerCertificate()
      resolve({ status: response.statusCode ?? 0, fingerprint: fingerprint256.replaceAll(':', '').toLowerCase() })
      response.resume()
    })
    call.on('error', reject)
    call.end()
  })

describe("the operator's certificate", () => {
  test('is what the server shows; agents and clients are sent to its name and trust its authority', async () => {
    const ca = await operatorsFiles(['plane.example'])
    const port = await freePort()
    const named = { ATRIUM_PORT: String(port), ATRIUM_PUBLIC_URL: 'https://plane.example:8443' }
    const config = await configOf({ ...tlsEnv(), ...named })
    const installation = await createContext(config, { logger: silentLogger })
    const server = await startServer(installation)
    try {
      expect(server).toMatchObject({ url: 'https://plane.example:8443', caFile: join(folder, 'tls-ca.crt') })
      const { status, fingerprint } = await reach(port, ca, 'plane.example')
      expect(status).toBe(200)
      expect(installation.pki.fingerprints).toEqual([fingerprint])
      await expect(reach(port, ca, 'localhost')).rejects.toMatchObject({
        code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      })
    } finally {
      await server.stop()
    }
  })

  test('is refused at start when it lacks the name that agents are told, or has another key', async () => {
    await operatorsFiles(['plane.example'])
    const open = async (env: Record<string, string>) => openServerPki(await configOf({ ...tlsEnv(), ...env }), deps)
    await expect(open({})).rejects.toThrow(/'localhost'.*Set ATRIUM_PUBLIC_URL to .*plane\.example/)
    await expect(open({ ATRIUM_PUBLIC_URL: 'https://other.example' })).rejects.toThrow(/'other\.example'/)
    await expect(open({ ATRIUM_PUBLIC_URL: 'https://plane.example' })).resolves.toBeDefined()
    const key = await issueCertificate(await createAuthority({ ...deps, commonName: 'x', validityMs: DAY_MS }), {
      ...{ ...deps, commonName: 'x', usages: ['server' as const], validityMs: DAY_MS },
    })
    writeFileSync(join(folder, 'tls.key'), key.privateKeyPem)
    await expect(open({ ATRIUM_PUBLIC_URL: 'https://plane.example' })).rejects.toThrow('is not the key of')
  })
})

describe('a server that runs for long', () => {
  /** A bare server with the certificate of `config`, kept by a clock that the test moves. */
  async function keep(config: ServerConfig, clock: ManualClock) {
    const pki = await openServerPki(config, { ...deps, clock })
    const server = createServer(pki.tls, (_, response) => response.end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const ended = new AbortController()
    void keepCertificate(server, pki, { ...deps, clock }, ended.signal)
    const { port } = server.address() as AddressInfo
    const shown = async (): Promise<string> => {
      await clock.advance(DAY_MS / 4)
      return (await reach(port, pki.trust, 'localhost')).fingerprint
    }
    const end = (): void => {
      ended.abort()
      server.close()
    }
    return { pki, shown, end }
  }

  test('renews its own certificate, shows it at once, and knows agents that still saw the former one', async () => {
    const config = await configOf({})
    const madeAt = systemClock.now() - 340 * DAY_MS
    const { tls } = await openServerPki(config, { ...deps, clock: new ManualClock(madeAt) })
    const first = certificateFingerprint(tls.cert)
    const { pki, shown, end } = await keep(config, new ManualClock(madeAt + 336 * DAY_MS))
    try {
      expect(pki.fingerprints).toEqual([first])
      await expect.poll(shown).not.toBe(first)
      const now = await shown()
      expect(pki.fingerprints).toEqual([now, first])
      expect(certificateFingerprint(pki.tls.cert)).toBe(now)
    } finally {
      end()
    }
  })

  test("reads the operator's files again, and goes on with the present ones while they do not fit", async () => {
    await operatorsFiles(['localhost'])
    const { pki, shown, end } = await keep(await configOf(tlsEnv()), new ManualClock(systemClock.now()))
    try {
      const first = await shown()
      writeFileSync(join(folder, 'tls.key'), 'half written')
      expect(await shown()).toBe(first)
      await operatorsFiles(['localhost'])
      await expect.poll(shown).not.toBe(first)
      expect(pki.fingerprints).toEqual([await shown(), first])
    } finally {
      end()
    }
  })
})

test('speaks HTTP/1.1 with whoever offers it or offers nothing, and with nobody else', async () => {
  const server = await startServer(await createContext(await configOf({}), { logger: silentLogger }))
  const { port } = new URL(server.url)
  const agreed = (protocols: string[]): Promise<string | false | null> =>
    new Promise((resolve) => {
      const offer = protocols.length > 0 ? { ALPNProtocols: protocols } : {}
      const options = { port: Number(port), host: 'localhost', ca: readFileSync(server.caFile), ...offer }
      const socket = connect(options, () => {
        resolve(socket.alpnProtocol)
        socket.destroy()
      })
      socket.on('error', () => resolve(null))
    })
  try {
    expect(await agreed(['h2', 'http/1.1'])).toBe('http/1.1')
    expect(await agreed([])).toBe(false)
    expect(await agreed(['h2'])).toBeNull()
  } finally {
    await server.stop()
  }
})
