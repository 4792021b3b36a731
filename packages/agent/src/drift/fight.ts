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

  /** Milliseconds until a repair is allowed again; 0 = now. */
  restMs(key: string, now: number): number {
    const rest = (this.#restUntil.get(key) ?? 0) - now
    if (rest > 0) return rest
    this.#restUntil.delete(key)
    const recent = (this.#repairs.get(key) ?? []).filter((at) => now - at < WINDOW_MS)
    this.#repairs.set(key, recent)
    if (recent.length < REPAIRS) return 0
    this.#repairs.delete(key)
    this.#restUntil.set(key, now + REST_MS)
    return REST_MS
  }

  /** Counts a repair that was made; one that failed is no sign of a fight. */
  repaired(key: string, now: number): void {
    this.#repairs.set(key, [...(this.#repairs.get(key) ?? []), now])
  }

  forget(key: string): void {
    this.#repairs.delete(key)
    this.#restUntil.delete(key)
  }
}
