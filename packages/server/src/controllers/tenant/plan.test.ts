import { expect, test } from 'vitest'
import { nextStep, type Observed, type Step } from './plan.ts'

const observed = { shredded: false, asked: false, clusters: 0, untold: 0 }

test.each<[Partial<Observed>, Step]>([
  [{ clusters: 2, untold: 2 }, 'ask'],
  // The choice was changed: those that go already are told anew.
  [{ clusters: 2, untold: 0 }, 'ask'],
  [{ clusters: 2, asked: true }, 'wait'],
  // A request that was under way while the tenant was closed made one more.
  [{ clusters: 2, asked: true, untold: 1 }, 'ask'],
  [{ clusters: 0, asked: true }, 'shred'],
  [{ clusters: 0 }, 'shred'],
  [{ shredded: true }, 'clear'],
  // Whatever came in meanwhile cannot be opened, and goes with the rest.
  [{ shredded: true, clusters: 1, untold: 1 }, 'clear'],
])('%o: %s', (left, step) => expect(nextStep({ ...observed, ...left })).toBe(step))
