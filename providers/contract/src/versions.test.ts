import { describe, expect, it } from 'vitest'
import { isOlder, versionChangeProblem } from './versions.ts'

describe('a change of the Kubernetes version', () => {
  it.each([
    ['1.34.4', '1.34.4', null],
    ['v1.34.4', '1.34.9', null],
    ['1.34.4', 'v1.35.0', null],
    ['1.9.9', '1.10.0', null],
    ['1.34.4', '1.34.3', 'KubernetesDowngrade'],
    ['1.35.0', '1.34.9', 'KubernetesDowngrade'],
    ['1.33.9', '1.35.0', 'KubernetesMinorSkipped'],
    ['1.34.4', '2.0.0', 'KubernetesMinorSkipped'],
    ['', '1.34.4', null],
    ['1.34.4', 'latest', null],
  ])('from %j to %j: %j', (from, to, reason) => {
    expect(versionChangeProblem(from, to)?.reason ?? null).toBe(reason)
  })

  it('is refused with both versions and what to do', () => {
    expect(versionChangeProblem('1.33.6', 'v1.35.4')).toEqual({
      reason: 'KubernetesMinorSkipped',
      message: 'Kubernetes 1.33.6 cannot become 1.35.4: minor versions are taken one after the other, and 1.34 is next',
      nextStep: 'Give the kubernetes layer a version of 1.34 first; go on from there once the upgrade has ended.',
    })
  })

  it('compares by number', () => {
    expect([isOlder('1.9.0', '1.10.0'), isOlder('1.10.0', '1.9.0'), isOlder('1.9.0', '1.9.0')]).toEqual([
      true,
      false,
      false,
    ])
  })
})
