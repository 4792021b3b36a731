import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { catalogue, kubernetesVersions, platformTools, type ToolName, toolNames, versionFits } from './catalogue.ts'

test.each(toolNames)('%s is built at the version its releases have', (name) => {
  const { module, goPackage, version } = catalogue[name]
  const goMod = readFileSync(join(import.meta.dirname, '../../../tools', module, 'go.mod'), 'utf8')
  const [, path, pinned] = /^require (\S+) v(\S+)$/m.exec(goMod) ?? []
  expect(pinned).toBe(version)
  expect(goPackage.startsWith(path ?? 'nothing')).toBe(true)
})

test.each([
  ['Kubernetes v1.34.4', true],
  ['Kubernetes v1.34.9', true],
  ['Client Version: v1.34.5\nKustomize Version: v5.7.1', true],
  ['Kubernetes v1.34.3', false],
  ['Kubernetes v1.35.4', false],
  ['Kubernetes v0.0.0-master+$Format:%H$', false],
  ['usage: registry [options]', false],
])('"%s" fits 1.34.4: %s', (found, fits) => {
  expect(versionFits(found, '1.34.4')).toBe(fits)
})

test('the control plane has releases for Linux alone, kubectl and helm for macOS too', () => {
  const mac = { os: 'darwin', arch: 'arm64' } as const
  expect(toolNames.filter((name) => catalogue[name].release(mac) !== null)).toEqual([
    'kubectl',
    'kwok',
    'helm',
    'registry',
  ])
  expect(catalogue.etcd.release({ os: 'linux', arch: 'arm64' })).toMatchObject({
    url: 'https://github.com/etcd-io/etcd/releases/download/v3.6.14/etcd-v3.6.14-linux-arm64.tar.gz',
    member: 'etcd-v3.6.14-linux-arm64/etcd',
  })
})

test('Kubernetes comes in two minor versions one apart; only the first belongs to the platform', () => {
  const [first, second, ...more] = Object.entries(kubernetesVersions)
  expect(more).toEqual([])
  for (const [version, programs] of [first, second].filter((one) => one !== undefined))
    for (const [role, tool] of Object.entries(programs) as [string, ToolName][]) {
      expect(catalogue[tool].version, role).toBe(version)
      expect((platformTools as readonly ToolName[]).includes(tool), tool).toBe(version === first?.[0])
    }
  const minors = [first, second].map((one) => Number(one?.[0].split('.')[1]))
  expect(minors[1]).toBe((minors[0] ?? 0) + 1)
})
