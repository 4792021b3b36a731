import { describe, expect, it } from 'vitest'
import type { PodImage } from '../protocol.ts'
import { foreignArgument } from './arguments.ts'
import type { Container } from './pod.ts'

const image: PodImage = {
  ...{ repository: 'agent', entrypoint: ['node'], env: {} },
  ...{ refusedArgs: ['--kubeconfig'], writableArgs: ['--state-dir'] },
}
const container: Container = {
  ...{ name: 'agent', image: 'agent:1' },
  volumeMounts: [
    { name: 'enrolment', mountPath: '/etc/enrolment' },
    { name: 'state', mountPath: '/var/lib/agent/' },
    { name: 'enrolment', mountPath: '/var/lib/agent/inner' },
    { name: 'root', mountPath: '/' },
  ],
}
const pod = {
  spec: {
    containers: [container],
    volumes: [
      { name: 'enrolment', secret: { secretName: 's' } },
      { name: 'state', emptyDir: {} },
      { name: 'root', emptyDir: {} },
    ],
  },
}
const look = (...args: string[]): string | null => foreignArgument(args, pod, container, image)

describe('arguments of a pod', () => {
  it.each([
    [['--enrolment-dir', '/etc/enrolment', '--state-dir', '/var/lib/agent']],
    [['--enrolment-dir=/etc/enrolment/more', '--state-dir=/var/lib/agent/sub', '--namespace', 'a..b']],
    [['--health-port=80', 'plain', 'https://host/path']],
  ])('that stay in its volumes are fine: %j', (args) => {
    expect(look(...args)).toBeNull()
  })

  it.each([
    [['--kubeconfig', '/etc/enrolment/kubeconfig'], 'argument --kubeconfig'],
    [['--kubeconfig=/etc/enrolment/kubeconfig'], 'argument --kubeconfig'],
    [['--enrolment-dir', '/home/user/.atrium'], 'path /home/user/.atrium'],
    [['--enrolment-dir=/etc/enrolment-of-another'], 'path /etc/enrolment-of-another'],
    [['--enrolment-dir=/etc/enrolment/../shadow'], 'path /etc/enrolment/../shadow'],
    [['file:///etc/passwd'], 'path file:///etc/passwd'],
    [['..'], 'path ..'],
    [['--state-dir', '/etc/enrolment'], '--state-dir /etc/enrolment, which is no emptyDir'],
    [['--state-dir=/etc/enrolment'], '--state-dir /etc/enrolment, which is no emptyDir'],
    [['--state-dir', 'volumes/enrolment'], '--state-dir volumes/enrolment, which is no emptyDir'],
    [
      ['--state-dir=/var/lib/agent', '--state-dir', '/etc/enrolment'],
      '--state-dir /etc/enrolment, which is no emptyDir',
    ],
    [['--state-dir=/var/lib/agent/inner'], '--state-dir /var/lib/agent/inner, which is no emptyDir'],
    [['--state-dir'], '--state-dir , which is no emptyDir'],
  ])('that lead elsewhere are refused: %j', (args, what) => {
    expect(look(...args)).toBe(what)
  })
})
