import type { DesiredState } from '@atrium/api/link/desired-state.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { redactingLogger, redactor } from '@atrium/runtime/base/redact.ts'
import { Secret } from '@atrium/runtime/base/secret.ts'

/**
 * Keeps values of sensitive variables out of the agent's log and reports: helm and the API server quote what they refuse. Values of
 * former desired states stay known, for what was installed with them is still spoken of.
 */
export class Redaction {
  readonly #values = new Map<string, Secret<string>>()
  #redact: (text: string) => string = (text) => text

  /** Without anything that was learnt until now. */
  readonly redact = (text: string): string => this.#redact(text)

  /** A logger that says nothing of what was learnt until then. */
  wrap(logger: Logger): Logger {
    return redactingLogger(logger, this.redact)
  }

  /** Learns the values a desired state names; `read` answers a blob, null when it is not at hand. */
  async learn(desired: DesiredState | null, read: (digest: string) => Promise<Buffer | null>): Promise<void> {
    if (desired?.sensitive !== undefined) await this.learnList(desired.sensitive, read)
  }

  /** Learns one list of values by the digest of its blob. */
  async learnList(digest: string, read: (digest: string) => Promise<Buffer | null>): Promise<void> {
    const content = await read(digest)
    if (content === null) return
    const values: unknown = JSON.parse(content.toString('utf8'))
    if (!Array.isArray(values)) return
    for (const value of values) if (typeof value === 'string') this.#values.set(value, new Secret(value))
    this.#redact = redactor(this.#values.values())
  }
}
