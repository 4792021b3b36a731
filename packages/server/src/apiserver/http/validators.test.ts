import { describe, expect, it } from 'vitest'
import { Validators } from './validators.ts'

const texts = { type: 'array', items: { type: 'array', items: { type: 'string' } } } as const
const wrong = (lists: number, entries: number): number[][] =>
  Array.from({ length: lists }, () => Array.from({ length: entries }, () => 1))

describe('what is wrong with a value', () => {
  it('is told of each place, up to twenty', () => {
    const validators = new Validators({})
    expect(validators.problems(texts, wrong(2, 3)).map(({ field }) => field)).toEqual(
      [0, 1].flatMap((list) => [0, 1, 2].map((entry) => `[${list}][${entry}]`)),
    )
    expect(validators.problems(texts, wrong(5, 100))).toHaveLength(20)
  })

  it('is told once of a large one, and nothing more is looked for', () => {
    const value = wrong(3, 5_000)
    let looked = 0
    const counted = new Proxy(value[2] as number[], {
      get(list, key) {
        looked += /^\d+$/.test(String(key)) ? 1 : 0
        return Reflect.get(list, key)
      },
    })
    const validators = new Validators({})
    expect(validators.problems(texts, [value[0], value[1], counted]).map(({ field }) => field)).toEqual(['[0][0]'])
    expect(looked).toBeLessThan(10)
  })
})
