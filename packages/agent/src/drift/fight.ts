const WINDOW_MS = 60_000
const REPAIRS = 5
const REST_MS = 5 * 60_000

/**
 * Notices a fight: somebody changes an object again as often as it is repaired. After 5 repairs within a minute the
 * object is left alone for 5 minutes, and reported instead.
 */
export class FightDetector {
  readonly #repairs = new Map<string, number[]>()
  readonly #restUntil = new Map<string, number>()

  /** Milliseconds until a repair is allowed again; 0 = now. An allowed repair counts. */
  admit(key: string, now: number): number {
    const rest = (this.#restUntil.get(key) ?? 0) - now
    if (rest > 0) return rest
    const recent = (this.#repairs.get(key) ?? []).filter((at) => now - at < WINDOW_MS)
    if (recent.length >= REPAIRS) {
      this.#repairs.delete(key)
      this.#restUntil.set(key, now + REST_MS)
      return REST_MS
    }
    this.#repairs.set(key, [...recent, now])
    this.#restUntil.delete(key)
    return 0
  }

  forget(key: string): void {
    this.#repairs.delete(key)
    this.#restUntil.delete(key)
  }
}
