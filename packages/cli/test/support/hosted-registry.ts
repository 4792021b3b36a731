import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@atrium/dev-env/free-port.ts'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import { systemClock } from '@atrium/runtime/base/clock.ts'
import { systemRandom } from '@atrium/runtime/base/random.ts'
import { ownCertificate } from '../../src/hosting/certificate.ts'
import { type HostingFolder, hostingFolder } from '../../src/hosting/folder.ts'
import { type HostingOptions, serveRegistry } from '../../src/hosting/serve.ts'
import { diskStorage } from '../../src/hosting/storage.ts'
import { setUser } from '../../src/hosting/users.ts'

/** A registry hosted as `atrium registry serve` does, by this process. */
export interface HostedRegistry {
  host: string
  port: number
  folder: HostingFolder
  caFile: string
  /** In Docker's format, for its user `ada`. */
  credentialsFile: string
  /** Options of a command that reaches it. */
  trust: string[]
  stop(): Promise<void>
  remove(): Promise<void>
}

export const password = 'correct horse battery'

export async function hostRegistry(options: Partial<HostingOptions> = {}): Promise<HostedRegistry> {
  const folder = options.folder ?? hostingFolder(mkdtempSync(join(tmpdir(), 'atrium-hosted-')))
  const port = options.port ?? (await freePort())
  if (options.folder === undefined) await setUser(folder.usersFile, 'ada', password)
  const deps = { clock: systemClock, random: systemRandom }
  const end = new AbortController()
  let served: Promise<void> = Promise.resolve()
  await new Promise<void>((resolve, reject) => {
    served = serveRegistry(
      {
        ...deps,
        ...{ folder, port, binary: toolPath('registry'), address: '127.0.0.1' },
        ...{ storage: diskStorage(folder.contentFolder), isReadOnly: false },
        certificate: () => ownCertificate(folder, ['127.0.0.1'], deps),
        ...options,
      },
      () => resolve(),
      end.signal,
    )
    served.catch(reject)
  })
  const stop = (): Promise<void> => {
    end.abort()
    return served
  }
  const host = `127.0.0.1:${port}`
  const caFile = folder.pki('ca.crt')
  const credentialsFile = credentialsFor(join(folder.folder, 'credentials.json'), { [host]: password })
  return {
    ...{ host, port, folder, caFile, credentialsFile, stop },
    trust: ['--ca', caFile, '--credentials', credentialsFile],
    async remove() {
      await stop()
      rmSync(folder.folder, { recursive: true, force: true })
    },
  }
}

/** Writes a file of passwords of the user `ada` by host. */
export function credentialsFor(file: string, passwords: Record<string, string>, user = 'ada'): string {
  const auths = Object.entries(passwords).map(([host, one]) => [host, { username: user, password: one }])
  writeFileSync(file, JSON.stringify({ auths: Object.fromEntries(auths) }), { mode: 0o600 })
  return file
}
