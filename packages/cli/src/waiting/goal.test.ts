import { expect, test } from 'vitest'
import { compareWithGoal, describeGoal, parseGoal } from './goal.ts'

const now = Date.parse('2026-03-01T12:00:00.000Z')
const lastTransitionTime = '2026-03-01T11:57:00.000Z'
const view = {
  status: {
    state: 'Provisioning',
    pools: [{ name: 'a', size: 3 }],
    conditions: [
      { type: 'InfrastructureReady', status: 'True', reason: 'Created', message: '', lastTransitionTime },
      { type: 'Ready', status: 'False', reason: 'AgentPending', message: 'waits for the agent', lastTransitionTime },
    ],
  },
}

test.each([
  ['condition=InfrastructureReady', true, 'condition InfrastructureReady is True for 3m (Created)'],
  ['condition=ready=false', true, 'condition Ready is False for 3m (AgentPending): waits for the agent'],
  ['condition=Ready', false, 'condition Ready is False for 3m (AgentPending): waits for the agent'],
  ['condition=Redy', false, 'there is no condition Redy (yet); there are: InfrastructureReady, Ready'],
  ['status=provisioning', true, expect.stringMatching(/^its state is Provisioning/)],
  [
    'status=Running',
    false,
    'its state is Provisioning; condition Ready is False for 3m (AgentPending): waits for the agent',
  ],
  ['jsonpath={.status.state}=Provisioning', true, '{.status.state} is Provisioning'],
  ['jsonpath=.status.conditions[?(@.type=="Ready")].status=True', false, expect.stringMatching(/is False$/)],
  ['jsonpath={.status.pools[0].size}=3', true, '{.status.pools[0].size} is 3'],
  ['jsonpath={.status.endpoint}', false, 'there is no {.status.endpoint} (yet)'],
  ['jsonpath={.status.pools[*].name}', true, '{.status.pools[*].name} is a'],
  ['delete', false, expect.stringMatching(/^its state is Provisioning; condition Ready/)],
])('%s: %s, because %s', (text, met, why) => {
  expect(compareWithGoal(view, parseGoal(text), now)).toEqual({ met, why })
})

test('what is gone meets nothing but its deletion', () => {
  expect(compareWithGoal(null, parseGoal('delete'), now).met).toBe(true)
  expect(compareWithGoal(null, parseGoal('condition=Ready=False'), now).met).toBe(false)
})

test.each(['', 'condition', 'condition=', 'ready', 'status=', 'jsonpath=', 'condition=a=b=c'])(
  '%j is refused, naming the forms',
  (text) => {
    expect(() => parseGoal(text)).toThrow('Give condition=Ready')
  },
)

test.each(['{.a..b}', '{.a[}', '{a b}'])('the path %j is refused, showing others', (text) => {
  expect(() => parseGoal(`jsonpath=${text}`)).toThrow('is no path')
})

test('goals are told in words', () => {
  const texts = ['delete', 'status=Running', 'condition=Ready', 'jsonpath={.a}=b', 'jsonpath={.a}']
  expect(texts.map((text) => describeGoal(parseGoal(text)))).toEqual([
    'it is gone',
    'its state is Running',
    'condition Ready is True',
    '{.a} is b',
    '{.a} is there',
  ])
})
