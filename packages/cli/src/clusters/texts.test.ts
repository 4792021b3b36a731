import { expect, test } from 'vitest'
import { describeExplanation } from './explanation.ts'
import { describeRevision, revisionTable } from './revisions.ts'

const now = Date.parse('2026-03-01T12:00:00.000Z')
const at = '2026-03-01T11:57:00.000Z'
const by = { type: 'user', uid: 'u', name: 'ada@example.com' }

test('revisions are a table; what was written before authors were recorded says so', () => {
  const items = [
    { number: 2, at, by, note: 'too noisy', summary: 'policy.drift: heal → alert' },
    { number: 1, at, by: null, note: null, summary: 'created' },
  ]
  expect(revisionTable(items, now).split('\n')).toEqual([
    'REVISION  AGE  BY               NOTE       CHANGE',
    '2         3m   ada@example.com  too noisy  policy.drift: heal → alert',
    '1         3m   not recorded     -          created',
  ])
})

test('a revision shows each field, texts line by line', () => {
  const told = describeRevision({
    ...{ number: 2, at, by, note: null, summary: 's', previous: 1, more: 3 },
    changes: [
      { path: 'policy.drift', change: 'changed', old: 'heal', new: 'alert', lines: null },
      { path: 'pools[a]', change: 'removed', old: { size: 1 }, new: null, lines: null },
      { path: 'values', change: 'changed', old: null, new: null, lines: ['@@ -1 +1 @@', '-a', '+b'] },
    ],
  })
  expect(told.split('\n')).toEqual([
    'Revision:  2 (after 1)',
    'By:        ada@example.com',
    `At:        ${at}`,
    ...['', 'policy.drift', '  - heal', '  + alert'],
    ...['', 'pools[a] removed', '  - {', '  -   "size": 1', '  - }'],
    ...['', 'values', '  @@ -1 +1 @@', '  -a', '  +b'],
    ...['', 'and 3 more changes'],
  ])
})

test('an explanation leads with the root cause', () => {
  const base = { ready: false, serves: false, state: 'Running', checked: [] }
  const cause = {
    area: 'agent',
    condition: 'AgentReady',
    reason: 'AgentDisconnected',
    message: 'm',
    since: at,
  } as const
  const rest = { waitsFor: 'the agent', nextStep: 'Look at its pod.', needsPerson: false, about: ['a', 'b'] }
  const follows = { condition: 'InSync', reason: 'SyncUnknown', message: '', since: at, follows: 'AgentReady' }
  const told = describeExplanation(
    { ...base, summary: 'Cluster x is not ready: m', causes: [{ ...cause, ...rest }], consequences: [follows] },
    now,
  )
  expect(told.split('\n')).toEqual([
    ...['Cluster x is not ready: m', ''],
    'Cause:      AgentReady, AgentDisconnected, for 3m',
    'Waits for:  the agent',
    'Next step:  Look at its pod.',
    'About:      a',
    '            b',
    '',
    'CONSEQUENCE  REASON       FOLLOWS FROM',
    'InSync       SyncUnknown  AgentReady',
  ])
  expect(describeExplanation({ ...base, ready: true, summary: 'all well', causes: [], consequences: [] }, now)).toBe(
    'all well',
  )
})
