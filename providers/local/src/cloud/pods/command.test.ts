import { describe, expect, it } from 'vitest'
import { expand, translatePaths } from './command.ts'
import { repositoryOf } from './images.ts'

describe('paths of a container on this machine', () => {
  const mounts = new Map([
    ['/etc/atrium/enrolment', '/home/pods/p/volumes/enrolment'],
    ['/etc/atrium', '/home/pods/p/volumes/config'],
    ['/var/lib/agent', '/home/pods/p/volumes/state'],
  ])
  it.each([
    ['/etc/atrium/enrolment', '/home/pods/p/volumes/enrolment'],
    ['--dir=/etc/atrium/enrolment/token', '--dir=/home/pods/p/volumes/enrolment/token'],
    ['/etc/atrium/other', '/home/pods/p/volumes/config/other'],
    ['/etc/atrium-other', '/etc/atrium-other'],
    ['/mnt/etc/atrium', '/mnt/etc/atrium'],
    ['/var/lib/agent:/var/lib/agent/bin', '/home/pods/p/volumes/state:/home/pods/p/volumes/state/bin'],
    ['file:///var/lib/agent/x', 'file:///home/pods/p/volumes/state/x'],
    ['https://host/var/lib/agent/x', 'https://host/var/lib/agent/x'],
    ['plain text', 'plain text'],
  ])('%s', (text, expected) => {
    expect(translatePaths(text, mounts)).toBe(expected)
  })
})

describe('variables', () => {
  it('are put in where they are known', () => {
    const variables = { NAME: 'pod-1', EMPTY: '' }
    expect(expand('a-$(NAME)-$(EMPTY)-$(UNKNOWN)-$$(NAME)', variables)).toBe('a-pod-1--$(UNKNOWN)-$(NAME)')
  })
})

describe('the repository of an image', () => {
  it.each([
    ['atrium-agent:1.0', 'atrium-agent'],
    ['atrium-agent', 'atrium-agent'],
    ['registry:5000/a/atrium-agent', 'registry:5000/a/atrium-agent'],
    ['registry:5000/a/atrium-agent:1@sha256:00', 'registry:5000/a/atrium-agent'],
  ])('%s', (image, expected) => {
    expect(repositoryOf(image)).toBe(expected)
  })
})
