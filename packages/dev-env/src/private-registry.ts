import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { logTail, startProcess, stopProcess } from '@atrium/toolchain/process.ts'
import { probeRegistry } from '@atrium/toolchain/registry.ts'
import { freePort } from './free-port.ts'
import { issueServerCertificate, type ServerCertificate } from './server-certificate.ts'
import { toolPath } from './tool-paths.ts'

/** The one password of `startPrivateRegistry`, whoever signs in. */
export const privatePassword = 'U*U'
/** Its bcrypt hash, from the test vectors of bcrypt. */
const hash = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'

export interface PrivateRegistry {
  url: string
  caBundle: string
  stop(): Promise<void>
}

/** A real registry on a free port, with an empty folder, that asks these users for a password. */
export async function startPrivateRegistry(users: readonly string[]): Promise<PrivateRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'atrium-private-registry-'))
  const at = (name: string): string => join(folder, name)
  const port = await freePort()
  const certificate = await issueServerCertificate()
  await writeFile(at('users'), users.map((user) => `${user}:${hash}\n`).join(''))
  await writeFiles(at, certificate)
  const config = {
    version: '0.1',
    log: { level: 'warn', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: at('content') }, delete: { enabled: true } },
    http: {
      addr: `127.0.0.1:${port}`,
      relativeurls: true,
      tls: { certificate: at('tls.crt'), key: at('tls.key') },
    },
    auth: { htpasswd: { realm: 'private', path: at('users') } },
  }
  await writeFile(at('config.json'), JSON.stringify(config))
  const spec = {
    name: 'private-registry',
    command: toolPath('registry'),
    args: ['serve', at('config.json')],
    env: { PATH: '', HOME: folder, OTEL_TRACES_EXPORTER: 'none' },
    cwd: folder,
    logFile: at('log'),
    recordFile: at('record.json'),
  }
  const record = await startProcess(spec, systemClock)
  const url = `https://127.0.0.1:${port}`
  for (let tries = 0; (await probeRegistry(url, { caPem: certificate.caPem }, 1000)) !== null; tries += 1) {
    if (tries > 300) throw new Error(`the registry does not answer: ${logTail(spec.logFile)}`)
    await systemClock.sleep(100)
  }
  return {
    url,
    caBundle: certificate.caPem,
    async stop() {
      await stopProcess(record, { graceMs: 5000 }, systemClock)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function writeFiles(at: (name: string) => string, certificate: ServerCertificate): Promise<void> {
  await writeFile(at('tls.crt'), certificate.certificatePem)
  await writeFile(at('tls.key'), certificate.privateKeyPem)
}
