import { expect, test } from 'vitest'
import { type KubeObject } from './object.ts'
import { readiness } from './readiness.ts'

const object = (kind: string, apiVersion: string, fields: object, metadata: object = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'x', generation: 2, ...metadata },
  ...fields,
})
const condition = (type: string, status: string, reason = '', message = '') => ({ type, status, reason, message })
const observed = { observedGeneration: 2 }

const table: [string, KubeObject, boolean, string][] = [
  ['deployment nobody has seen', object('Deployment', 'apps/v1', { spec: { replicas: 2 } }), false, 'no controller'],
  [
    'deployment with an unseen change',
    object('Deployment', 'apps/v1', { spec: {}, status: { observedGeneration: 1, availableReplicas: 1 } }),
    false,
    'newest change',
  ],
  [
    'deployment rolling out',
    object('Deployment', 'apps/v1', {
      spec: { replicas: 3 },
      status: { ...observed, updatedReplicas: 1, replicas: 4 },
    }),
    false,
    '1 of 3',
  ],
  [
    'deployment with old pods',
    object('Deployment', 'apps/v1', {
      spec: { replicas: 1 },
      status: { ...observed, updatedReplicas: 1, replicas: 2, availableReplicas: 2 },
    }),
    false,
    'former version',
  ],
  [
    'deployment past its deadline',
    object('Deployment', 'apps/v1', {
      spec: { replicas: 1 },
      status: { ...observed, conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'timed out')] },
    }),
    false,
    'ProgressDeadlineExceeded: timed out',
  ],
  [
    'available deployment',
    object('Deployment', 'apps/v1', {
      spec: { replicas: 2 },
      status: { ...observed, updatedReplicas: 2, replicas: 2, availableReplicas: 2 },
    }),
    true,
    '2 of 2',
  ],
  [
    'deployment scaled to nothing',
    object('Deployment', 'apps/v1', { spec: { replicas: 0 }, status: observed }),
    true,
    '0 of 0',
  ],
  [
    'stateful set with a missing pod',
    object('StatefulSet', 'apps/v1', { spec: { replicas: 2 }, status: { ...observed, readyReplicas: 1 } }),
    false,
    '1 of 2',
  ],
  [
    'stateful set half updated',
    object('StatefulSet', 'apps/v1', {
      spec: { replicas: 2 },
      status: { ...observed, readyReplicas: 2, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
    }),
    false,
    '1 of 2',
  ],
  [
    'stateful set with a partition',
    object('StatefulSet', 'apps/v1', {
      spec: { replicas: 2, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } },
      status: { ...observed, readyReplicas: 2, updatedReplicas: 1, currentRevision: 'a', updateRevision: 'b' },
    }),
    true,
    '2 of 2',
  ],
  [
    'daemon set missing on a node',
    object('DaemonSet', 'apps/v1', {
      spec: {},
      status: { ...observed, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 },
    }),
    false,
    '2 of 3',
  ],
  [
    'daemon set without nodes',
    object('DaemonSet', 'apps/v1', { spec: {}, status: { ...observed, desiredNumberScheduled: 0 } }),
    true,
    '0 of 0',
  ],
  ['running job', object('Job', 'batch/v1', { spec: {}, status: { active: 1 } }), false, '0 of 1'],
  [
    'complete job',
    object('Job', 'batch/v1', { spec: {}, status: { conditions: [condition('Complete', 'True')] } }),
    true,
    'completed',
  ],
  [
    'failed job',
    object('Job', 'batch/v1', {
      spec: {},
      status: { conditions: [condition('Failed', 'True', 'BackoffLimitExceeded', 'too often')] },
    }),
    false,
    'BackoffLimitExceeded: too often',
  ],
  [
    'pod that cannot be scheduled',
    object('Pod', 'v1', {
      spec: {},
      status: { phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'Unschedulable', '0/2 nodes')] },
    }),
    false,
    'Unschedulable: 0/2 nodes',
  ],
  [
    'pod without its image',
    object('Pod', 'v1', {
      spec: { nodeName: 'n' },
      status: {
        phase: 'Pending',
        containerStatuses: [
          { name: 'app', state: { waiting: { reason: 'ImagePullBackOff', message: 'no such image' } } },
        ],
      },
    }),
    false,
    'app: ImagePullBackOff: no such image',
  ],
  [
    'ready pod',
    object('Pod', 'v1', { spec: {}, status: { phase: 'Running', conditions: [condition('Ready', 'True')] } }),
    true,
    'running',
  ],
  ['unbound claim', object('PersistentVolumeClaim', 'v1', { status: { phase: 'Pending' } }), false, 'Pending'],
  ['bound claim', object('PersistentVolumeClaim', 'v1', { status: { phase: 'Bound' } }), true, 'bound'],
  ['plain service', object('Service', 'v1', { spec: { type: 'ClusterIP' } }), true, 'exists'],
  [
    'load balancer without address',
    object('Service', 'v1', { spec: { type: 'LoadBalancer' }, status: { loadBalancer: {} } }),
    false,
    'no external address',
  ],
  [
    'load balancer with address',
    object('Service', 'v1', {
      spec: { type: 'LoadBalancer' },
      status: { loadBalancer: { ingress: [{ ip: '10.0.0.1' }] } },
    }),
    true,
    'address',
  ],
  [
    'definition not served',
    object('CustomResourceDefinition', 'apiextensions.k8s.io/v1', { status: {} }),
    false,
    'not served',
  ],
  [
    'definition with taken names',
    object('CustomResourceDefinition', 'apiextensions.k8s.io/v1', {
      status: { conditions: [condition('NamesAccepted', 'False', 'PluralConflict', 'taken')] },
    }),
    false,
    'PluralConflict',
  ],
  [
    'served definition',
    object('CustomResourceDefinition', 'apiextensions.k8s.io/v1', {
      status: { conditions: [condition('Established', 'True')] },
    }),
    true,
    'served',
  ],
  ['namespace being deleted', object('Namespace', 'v1', { status: { phase: 'Terminating' } }), false, 'being deleted'],
  ['namespace', object('Namespace', 'v1', { status: { phase: 'Active' } }), true, 'active'],
  ['custom resource without status', object('Widget', 'demo.test/v1', {}), true, 'exists'],
  [
    'custom resource that is not ready',
    object('Widget', 'demo.test/v1', {
      status: { conditions: [condition('Ready', 'False', 'Waiting', 'for a disk')] },
    }),
    false,
    'Waiting: for a disk',
  ],
  [
    'stalled custom resource',
    object('Widget', 'demo.test/v1', {
      status: { conditions: [condition('Ready', 'False'), condition('Stalled', 'True', 'BadInput', 'wrong size')] },
    }),
    false,
    'BadInput: wrong size',
  ],
  [
    'anything being deleted',
    object('ConfigMap', 'v1', {}, { deletionTimestamp: 't', finalizers: ['a/b'] }),
    false,
    'being deleted',
  ],
]

test.each(table)('%s', (_name, subject, isReady, message) => {
  const result = readiness(subject)
  expect({ ready: result.ready, message: result.message }).toEqual({
    ready: isReady,
    message: expect.stringContaining(message),
  })
  expect(result.next === '').toBe(isReady)
})
