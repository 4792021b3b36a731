import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Secret } from '@atrium/runtime/base/secret.ts'
import { createEgress, type Egress } from '@atrium/runtime/egress/egress.ts'
import { createKeyPair } from '@atrium/runtime/pki/keys.ts'
import { registryTokenIssuer, registryTokenService } from '@atrium/server/content/content.ts'
import { registryKeySet } from '@atrium/server/content/registry-tokens.ts'
import { startRegistry, stopRegistry } from '@atrium/standalone/registry/registry.ts'
import { freePort } from './free-port.ts'
import { issueServerCertificate } from './server-certificate.ts'
import { toolPath } from './tool-paths.ts'

/** A real registry of a test, with TLS and token auth; its tokens are signed with `tokenKey`. */
export interface TestRegistry {
  url: string
  caBundle: string
  tokenKey: Secret<string>
  /** May reach it. */
  egress: Egress
  stop(): Promise<void>
}

/** Starts CNCF distribution on a free port, with an empty folder. */
export async function startTestRegistry(): Promise<TestRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'atrium-registry-'))
  const { caPem, ...certificate } = await issueServerCertificate()
  const tokenKey = new Secret((await createKeyPair('ec')).privateKeyPem)
  const options = {
    folder: join(folder, 'registry'),
    logFile: join(folder, 'registry.log'),
    recordFile: join(folder, 'registry.json'),
    binary: toolPath('registry'),
    port: await freePort(),
    ...certificate,
    caPem,
    keySet: await registryKeySet(tokenKey),
    realm: 'https://127.0.0.1:1/token',
    issuer: registryTokenIssuer,
    service: registryTokenService,
  }
  const { url } = await startRegistry(options)
  const egress = createEgress({
    allowedRanges: ['127.0.0.0/8'],
    allowPlainHttp: false,
    timeoutMs: 10_000,
    maxBytes: 100 * 1024 * 1024,
  })
  return {
    url,
    caBundle: caPem,
    tokenKey,
    egress,
    async stop() {
      await stopRegistry(options)
      await egress.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
