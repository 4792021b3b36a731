import { seededRandom } from '@atrium/runtime/base/seeded-random.ts'

/** Choices of one case: the same seed and index make the same ones. */
export class Dice {
  readonly #fraction: () => number

  constructor(seed: number, index: number) {
    const random = seededRandom(Math.imul(index + 1, 0x9e3779b1) ^ seed)
    this.#fraction = () => random.fraction()
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.#fraction() * count)
  }

  chance(share: number): boolean {
    return this.#fraction() < share
  }

  of<T>(list: readonly T[]): T {
    if (list.length === 0) throw new Error('nothing to choose from')
    return list[this.below(list.length)] as T
  }
}
