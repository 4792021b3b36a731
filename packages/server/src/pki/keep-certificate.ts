import type { Server } from 'node:tls'
import type { Clock } from '@atrium/runtime/base/clock.ts'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import type { ServerPki } from './server-pki.ts'

/** Own certificates are renewed 60 days before their end; the files of an operator's may change any day. */
const CHECK_MS = 6 * 3600_000

/** Gives the running server its new certificate whenever there is one, until `signal` aborts. Open connections go on. */
export const keepCertificate = async (
  server: Pick<Server, 'setSecureContext'>,
  pki: ServerPki,
  { clock, logger }: { clock: Clock; logger: Logger },
  signal: AbortSignal,
): Promise<void> => {
  for (;;) {
    await clock.sleep(CHECK_MS, signal)
    if (signal.aborted) return
    try {
      if (!(await pki.renew())) continue
      server.setSecureContext(pki.tls)
      logger.info({ fingerprint: pki.fingerprints[0] }, 'the server shows a new certificate')
    } catch (error) {
      // The present one goes on; it is tried again.
      logger.error({ error: messageOf(error) }, 'the certificate of the server could not be renewed')
    }
  }
}
