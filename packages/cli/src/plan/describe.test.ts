import { PassThrough } from 'node:stream'
import type { AtriumClusterPreview, AtriumLayerPreview } from '@atrium/api/generated/operations.d.ts'
import { expect, test } from 'vitest'
import { describePreview, summaryOf } from './describe.ts'

const none: AtriumClusterPreview = {
  ...{ changes: false, approximate: null, layers: [], nodes: [], machines: [], policy: [], problems: [], notes: [] },
}
const layer = (more: Partial<AtriumLayerPreview>): AtriumLayerPreview => ({
  ...{ id: 'apps/web', profileUid: 'u', change: 'changed', why: 'values', step: 'update', after: [], objects: [] },
  ...{ more: 0, problem: null, texts: [], ...more },
})
/** What a file looks like to a program. */
const stream = Object.assign(new PassThrough(), { isTTY: false }) as unknown as NodeJS.WriteStream

test('says in a line what happens', () => {
  expect(summaryOf(none)).toBe('nothing would change')
  const problems = [{ layer: 'apps/web', profileUid: '', path: '', message: 'no such macro' }]
  expect(summaryOf({ ...none, changes: true, problems })).toBe('cannot be applied')
  const policy = [{ field: 'drift', from: 'heal', to: 'alert', effect: '' }]
  expect(summaryOf({ ...none, changes: true, policy })).toBe('the policy changes')
})

test('tells layers in their order, objects with what differs, and nodes', () => {
  const web = { object: 'apps/v1 Deployment d/web', why: '/spec', restarts: 'step by step', cutBytes: 7 }
  const preview: AtriumClusterPreview = {
    ...{ ...none, changes: true, notes: ['A note.'] },
    layers: [
      layer({
        objects: [
          { ...web, change: 'changed', lines: ['@@ -1 +1 @@', '-image: a', '+image: b'] },
          {
            ...web,
            object: 'v1 ConfigMap d/old',
            change: 'removed',
            why: 'not declared',
            restarts: '',
            lines: [],
            cutBytes: 0,
          },
        ],
        more: 2,
      }),
      layer({ id: 'apps/db', change: 'added', step: 'install', why: '', after: ['web'], problem: 'would fail' }),
      layer({ id: 'infra/dns', change: 'unchanged', step: '', why: '' }),
    ],
    machines: [
      { type: 'create-machine', summary: 'Create machine demo-w-0', disturbs: '' },
      { type: 'change-version', summary: 'Change the control plane', disturbs: 'For some seconds.' },
    ],
    nodes: [{ name: 'demo-w-0', pool: 'w', change: 'replaced', why: 'its version is old', replacedBy: 'demo-w-2' }],
  }
  expect(describePreview('cluster/demo', preview, stream).split('\n')).toEqual([
    'cluster/demo: 2 layers, 1 object changed, 1 object removed, 1 workload restarted, 1 node',
    '1. update apps/web (values)',
    '   ~ apps/v1 Deployment d/web',
    '     restarts: step by step',
    '     @@ -1 +1 @@',
    '     -image: a',
    '     +image: b',
    '     … 7 bytes more',
    '   - v1 ConfigMap d/old removed: not declared',
    '   and 2 more objects',
    '2. install apps/db, once web is ready',
    '   problem: would fail',
    '± node demo-w-0 is replaced by demo-w-2: its version is old',
    'machines: Change the control plane (For some seconds.)',
    'note: A note.',
  ])
})

test('an approximate one shows the declared texts, and why', () => {
  const texts = [{ name: 'values', lines: ['@@ -1 +1 @@', '-a', '+b'], cutBytes: 0 }]
  const preview = { ...none, changes: true, approximate: 'its agent is away', layers: [layer({ step: '', texts })] }
  expect(describePreview('cluster/demo', preview, stream).split('\n')).toEqual([
    ...['cluster/demo: 1 layer', 'approximate: its agent is away', '1. changed apps/web (values)', '   values:'],
    ...['     @@ -1 +1 @@', '     -a', '     +b'],
  ])
})
