import { expect } from 'vitest'
import type { Claim } from '../store.ts'
import type { Bench } from './harness.ts'

export const lost: unknown = expect.objectContaining({ code: 'LeaseLost' })

/** What must hold of the queue, checked after every command. */
export class QueueModel {
  readonly #b: Bench
  #keys: string[] = []
  /** Claims whose lease has not run out, by key. */
  readonly #held = new Map<string, Claim>()
  readonly #dead: Claim[] = []
  readonly #fences = new Map<string, number>()
  /** Keys marked since they were last claimed. */
  readonly #owed = new Set<string>()

  constructor(bench: Bench) {
    this.#b = bench
  }

  async open(): Promise<void> {
    const made = await Promise.all(['a', 'b', 'c'].map((name) => this.#b.addCluster(name)))
    this.#keys = made.map((object) => object.meta.uid)
    for (const key of this.#keys) this.#owed.add(key)
  }

  async step(command: { do: string; key: number; worker: number }): Promise<void> {
    const key = this.#keys[command.key] ?? ''
    const held = this.#held.get(key)
    if (command.do === 'mark') {
      await this.#b.run((tx) => tx.enqueue('Cluster', key))
      this.#owed.add(key)
    } else if (command.do === 'claim') await this.#claim(`w${command.worker}`)
    else if (command.do === 'zombie') for (const claim of this.#dead) await this.#expectPowerless(claim)
    else if (held && command.do === 'expire') await this.#expire(key, held)
    else if (held) {
      this.#held.delete(key)
      if (command.do === 'fail') this.#owed.add(key)
      const retry = command.do === 'fail' ? { failed: true, requeueAfterMs: 0 } : { failed: false }
      await this.#b.store.queue.finish(held, retry)
    }
  }

  async #claim(owner: string): Promise<void> {
    for (const claim of await this.#b.claim(owner, 3_600_000)) {
      expect(this.#held.has(claim.uid)).toBe(false)
      expect(claim.fence).toBeGreaterThan(this.#fences.get(claim.uid) ?? 0)
      this.#fences.set(claim.uid, claim.fence)
      this.#held.set(claim.uid, claim)
      this.#owed.delete(claim.uid)
    }
  }

  /** The worker dies: its lease is cut short, which only time may end otherwise. */
  async #expire(key: string, claim: Claim): Promise<void> {
    expect(await this.#b.store.queue.renew(claim, 1)).toBe(true)
    await this.#b.harness.advance(2)
    this.#held.delete(key)
    this.#owed.add(key)
    const next = await this.#b.claim('heir', 3_600_000)
    expect(next.some((other) => other.uid === key)).toBe(true)
    for (const heir of next) {
      expect(this.#held.has(heir.uid)).toBe(false)
      expect(heir.fence).toBeGreaterThan(this.#fences.get(heir.uid) ?? 0)
      this.#fences.set(heir.uid, heir.fence)
      this.#held.set(heir.uid, heir)
      this.#owed.delete(heir.uid)
    }
    this.#dead.push(claim)
  }

  async #expectPowerless(claim: Claim): Promise<void> {
    expect(await this.#b.store.queue.renew(claim, 3_600_000)).toBe(false)
    await this.#b.store.queue.finish(claim, { failed: true, requeueAfterMs: 0 })
    const write = this.#b.run(
      (tx) => tx.updateStatus('Cluster', claim.uid, { status: { openDeviations: 9 } }),
      undefined,
      claim,
    )
    await expect(write).rejects.toEqual(lost)
  }

  async expectNothingForgotten(): Promise<void> {
    for (const claim of this.#held.values()) await this.#b.store.queue.finish(claim, { failed: false })
    this.#held.clear()
    await this.#claim('last')
    expect([...this.#owed]).toEqual([])
    for (const claim of this.#held.values()) await this.#b.store.queue.finish(claim, { failed: false })
    expect(await this.#b.claim('last')).toEqual([])
  }
}
