import { X509Certificate } from 'node:crypto'
import { request } from 'node:https'
import type { TLSSocket } from 'node:tls'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { isRunning, logTail, type ProcessRecord } from './process.ts'

/** How a registry on this machine is known: by an authority (PEM) for the host of its URL, or by exactly the certificate it was given. */
export type RegistryTrust = { caPem: string } | { certificatePem: string }

export interface StartedRegistry {
  url: string
  trust: RegistryTrust
  logFile: string
  record: ProcessRecord
  clock: Clock
}

const START_LIMIT_MS = 30_000

/** Waits until a registry that was started answers. Throws with the end of its log when it ends, or does not answer in time. */
export async function untilRegistryAnswers({ url, trust, logFile, record, clock }: StartedRegistry): Promise<void> {
  const deadline = clock.now() + START_LIMIT_MS
  for (;;) {
    const wrong = await probeRegistry(url, trust, 1_000)
    const running = isRunning(record)
    if (wrong === null && running) return
    if (!running || clock.now() > deadline) {
      const why = running ? wrong : 'it ended'
      throw new Error(`The registry did not start (${why}). The end of ${logFile}:\n${logTail(logFile)}`)
    }
    await clock.sleep(25)
  }
}

/** One look at a registry: null when it answers the distribution API over TLS as who it should be, else what is wrong. 401 is health: it asks who we are. */
export const probeRegistry = (url: string, trust: RegistryTrust, timeoutMs: number): Promise<string | null> =>
  new Promise((resolve) => {
    // Whoever is known by their certificate needs nobody to vouch for them.
    const tls = 'caPem' in trust ? { ca: trust.caPem } : { rejectUnauthorized: false }
    const call = request(`${url}/v2/`, { ...tls, agent: false, timeout: timeoutMs }, (response) => {
      const shown = (response.socket as TLSSocket).getPeerX509Certificate()?.fingerprint256
      response.resume()
      if ('certificatePem' in trust && shown !== new X509Certificate(trust.certificatePem).fingerprint256)
        return resolve(`something else answers at ${url}: it shows another certificate`)
      const speaksApi = response.headers['docker-distribution-api-version'] === 'registry/2.0'
      resolve(speaksApi ? null : `something else answers at ${url} (status ${response.statusCode})`)
    })
    call.on('timeout', () => call.destroy(new Error('no answer in time')))
    call.on('error', (error) => resolve(error.message))
    call.end()
  })
