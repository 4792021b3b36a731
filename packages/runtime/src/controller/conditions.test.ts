import { describe, expect, it } from 'vitest'
import { backoffMs } from './backoff.ts'
import { setCondition, summarise } from './conditions.ts'
import { checkGraph, describeGraph } from './graph.ts'
import type { Declaration } from './reconciler.ts'

const draft = (status: 'True' | 'False' | 'Unknown', reason = 'R', message = 'm', type = 'A') => ({
  type,
  status,
  reason,
  message,
})

describe('setCondition', () => {
  it('moves the transition time with the status only', () => {
    const first = setCondition([], draft('False'), 't1')
    expect(first.lastTransitionTime).toBe('t1')
    const reworded = setCondition([first], draft('False', 'Other', 'new words'), 't2')
    expect(reworded).toEqual({ ...draft('False', 'Other', 'new words'), lastTransitionTime: 't1' })
    expect(setCondition([reworded], draft('True'), 't3').lastTransitionTime).toBe('t3')
  })
})

describe('summarise', () => {
  it.each([
    ['all true', [draft('True'), draft('True')], 'True', 'Ready', 'fine'],
    ['one false', [draft('True'), draft('False', 'Broken', 'b')], 'False', 'Broken', 'b'],
    ['unknown', [draft('Unknown', 'Lost', 'l'), draft('True')], 'Unknown', 'Lost', 'l'],
    ['false before unknown', [draft('Unknown', 'Lost'), draft('False', 'Broken', 'b')], 'False', 'Broken', 'b'],
    ['nothing to say', [], 'True', 'Ready', 'fine'],
  ] as const)('%s', (_name, parts, status, reason, message) => {
    expect(summarise('Ready', [...parts], 'fine')).toEqual({ type: 'Ready', status, reason, message })
  })
})

describe('backoffMs', () => {
  const middle = { bytes: () => Buffer.alloc(0), fraction: () => 0.5 }
  it('doubles up to its limit', () => {
    const delays = [1, 2, 3, 4, 5, 1000].map((n) => backoffMs(n, { baseMs: 100, maxMs: 1000 }, middle))
    expect(delays).toEqual([100, 200, 400, 800, 1000, 1000])
  })
})

describe('checkGraph', () => {
  const part = (name: string, ownsConditions: string[], owns: Declaration['owns'] = []): Declaration => ({
    name,
    kind: 'Cluster',
    ownsConditions,
    reads: ['CloudAccount'],
    owns,
  })
  it('accepts parts that write different things, and prints them', () => {
    const parts = [part('a', ['X'], ['Machine']), part('b', ['Y'])]
    checkGraph(parts)
    expect(describeGraph(parts).split('\n')).toEqual([
      'a: Cluster; reads CloudAccount; writes Machine; conditions X',
      'b: Cluster; reads CloudAccount; conditions Y',
    ])
  })
  it('refuses two writers of one condition or kind', () => {
    expect(() => checkGraph([part('a', ['X']), part('b', ['X'])])).toThrow('Cluster.X has two writers: a and b')
    expect(() => checkGraph([part('a', [], ['Machine']), part('b', [], ['Machine'])])).toThrow('two writers')
  })
})
