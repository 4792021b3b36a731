import { createSecureContext, type SecureContext } from 'node:tls'
import { PlaneHttp } from './plane-http.ts'

/** An agent's own CAs change once in years, and then two bundles are in use. */
const CONTEXTS = 4

/**
 * What links to a plane are carried by: connections for requests, and the parsed CAs. A process with many agents shares
 * one between them: a TLS context with two CAs costs 34 KiB.
 */
export class PlaneTransport {
  readonly http = new PlaneHttp()
  readonly #contexts = new Map<string, SecureContext>()

  /** Trusts these CAs (PEM) and no others. */
  trusting(caBundlePem: string): SecureContext {
    const known = this.#contexts.get(caBundlePem)
    if (known) return known
    const [oldest] = this.#contexts.keys()
    if (oldest !== undefined && this.#contexts.size >= CONTEXTS) this.#contexts.delete(oldest)
    const made = createSecureContext({ ca: caBundlePem, minVersion: 'TLSv1.2' })
    this.#contexts.set(caBundlePem, made)
    return made
  }

  close(): Promise<void> {
    return this.http.close()
  }
}
