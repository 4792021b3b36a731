import { redactReport } from '@atrium/tunnel/link/report-redaction.ts'
import type { PlaneLink } from '../ports.ts'

/** The link, with every report gone through `redact` first. */
export const redactingLink = (link: PlaneLink, redact: (text: string) => string): PlaneLink => ({
  get connected() {
    return link.connected
  },
  onDesired: (listener) => link.onDesired(listener),
  onPreview: (listener) => link.onPreview(listener),
  onConnection: (listener) => link.onConnection(listener),
  report: (message) => link.report(redactReport(message, redact)),
  fetchBlob: (digest, signal) => link.fetchBlob(digest, signal),
  registryToken: (repository, signal) => link.registryToken(repository, signal),
  close: () => link.close(),
})
