import { ProviderError } from '@atrium/provider-contract/provider.ts'

/**
 * What goes wrong with a call. `throttle` and `quota`: it has no effect. `lostReply`: it takes effect, and the caller never
 * learns of it. `crashBefore` and `crashAfter`: whoever called dies in the middle, before or after the effect.
 */
export type Fault = 'throttle' | 'quota' | 'lostReply' | 'crashBefore' | 'crashAfter'

/** The caller of the cloud is gone. Thrown where the caller lives in the process of the cloud. */
export class CallerCrashed extends Error {
  override readonly name = 'CallerCrashed'
}

/** Faults that wait for their call. */
export class Faults {
  readonly #waiting: { step: string; fault: Fault }[] = []
  readonly #crash: (step: string) => void

  /** `crash` ends the caller; what it throws is what the call ends in, and without that `CallerCrashed`. */
  constructor(crash: (step: string) => void) {
    this.#crash = crash
  }

  /** The next `times` calls of this step end in this fault: `putMachine`, `putMachine/<name>` or `*` for any. */
  add(step: string, fault: Fault, times: number): void {
    for (let index = 0; index < times; index += 1) this.#waiting.push({ step, fault })
  }

  /** Does what the call does, or what its fault makes of it. */
  around<T>(call: string, thing: string, effect: () => T): T {
    const step = `${call}/${thing}`
    const index = this.#waiting.findIndex((one) => [call, step, '*'].includes(one.step))
    const fault = index < 0 ? undefined : this.#waiting.splice(index, 1)[0]?.fault
    if (fault === 'throttle') throw new ProviderError('retry', 'Throttled', 'too many requests', 'Wait.')
    if (fault === 'quota') throw new ProviderError('quota', 'QuotaExceeded', 'no quota left', 'Ask for more.')
    if (fault === 'crashBefore') this.#end(step)
    const result = effect()
    if (fault === 'crashAfter') this.#end(step)
    if (fault === 'lostReply')
      throw new ProviderError('retry', 'Timeout', 'the cloud did not answer', 'It is tried again.')
    return result
  }

  #end(step: string): never {
    this.#crash(step)
    throw new CallerCrashed(`the caller died at ${step}`)
  }
}
