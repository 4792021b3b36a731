import { parseArgs } from 'node:util'
import type { AttachedProfile } from '@atrium/api/kinds/cluster.ts'
import type { ProfileLayer } from '@atrium/api/kinds/cluster-profile.ts'
import { type PackLocation, type ResolveContext, resolveLayers } from '@atrium/server/content/resolve.ts'
import { percentile } from './support/percentile.ts'
import { report } from './support/report.ts'

/**
 * Processor time to fill in the values of one profile of 30 layers. Goal: ≤ 20 ms.
 *
 *     node test/bench/resolve-values.ts [--rounds 100]
 *
 * Each layer has values of about 6 KiB (the median of published packs) with comments, block texts, lists and eight placeholders of every
 * kind and one attached manifest; every fifth pack has a schema of ten rules, as many as of the published ones. The first twenty rounds warm up.
 */
const { values: given } = parseArgs({ options: { rounds: { type: 'string', default: '100' } } })
const rounds = Number(given.rounds)
const LAYERS = 30
const WARM_UP = 20
const LIMIT_MS = 20

const section = (index: number): string => `  part${index}:
    # What part ${index} does, as its author tells it: 'quoted', "quoted twice", and {{ .Values.foreign }}.
    enabled: true
    image: {repository: registry.example.org/part${index}, tag: "1.${index}.0"}
    replicas: 3 # as many as there are zones
    args: ["--listen=0.0.0.0:80", '--name=part${index}']
    script: |
      #!/bin/sh
      echo "part ${index}"
    resources:
      limits: {cpu: 500m, memory: 512Mi}
      requests: {cpu: 100m, memory: 128Mi}
`
const valuesText = (layer: number): string => `# spectrocloud.com/enabled-presets: Mode:small
pack:
  namespace: "layer-${layer}"
  spectrocloud.com/install-priority: "${layer}"
  namespaceLabels:
    "layer-${layer}": "pod-security.kubernetes.io/enforce-version=v{{ .spectro.system.kubernetes.version | substr 0 4 }},cluster={{.spectro.system.cluster.name}}"
cluster: "{{.spectro.system.cluster.name}}"
domain: '{{.spectro.macro.domain}}'
size: {{.spectro.var.size}}
token: "{{.spectro.var.token}}"
mode: "{{ .spectro.var.mode | default \\"small\\" | upper }}"
other: "{{.spectro.pack.layer-${Math.floor(layer / 10)}.domain}}"
# {{.spectro.var.nobody}}
charts:
${Array.from({ length: 10 }, (_none, index) => section(index)).join('')}`

const layerOf = (index: number): ProfileLayer => ({
  name: `layer-${index}`,
  type: 'spectro',
  layer: index === 0 ? 'k8s' : 'addon',
  ...{ tag: '1.34.4', version: '1.34.4', registryUid: 'registry', packUid: `pack-${index}` },
  values: valuesText(index),
  manifests: [{ uid: 'm', name: 'extra', content: 'kind: ConfigMap\nname: {{.spectro.system.cluster.name}}\n' }],
})
const profile: AttachedProfile = {
  ...{ uid: 'profile', name: 'bench', version: '1.0.0', type: 'cluster', cloudType: 'all' },
  layers: Array.from({ length: LAYERS }, (_none, index) => layerOf(index)),
  variables: [{ name: 'size', format: 'number' }, { name: 'token', isSensitive: true }, { name: 'mode' }],
  variableValues: { size: '3', token: 'a-secret-that-is-long' },
}
const rules = Array.from({ length: 10 }, (_none, index) => [
  `charts.part${index}.replicas`,
  { schema: '{{ required | format "${number}" | hints "How many" }}' },
])
const packs = new Map(
  profile.layers.map(({ packUid }, index): [string, PackLocation] => [
    packUid,
    {
      ...{ registry: 'https://r', repository: 'r', digest: 'sha256:0', values: '' },
      schema: index % 5 === 0 ? Object.fromEntries(rules) : null,
    },
  ]),
)
const context: ResolveContext = {
  packs,
  sealed: new Map(),
  macros: { domain: 'example.org' },
  system: { 'cluster.name': 'bench' },
}

/** Milliseconds of processor time. */
function resolve(cluster: string): number {
  const before = process.cpuUsage()
  const system = { 'cluster.name': cluster }
  const { layers, problems } = resolveLayers([profile], { ...context, system })
  const { user, system: kernel } = process.cpuUsage(before)
  if (layers.length !== LAYERS || problems.length > 0) throw new Error(`not resolved: ${JSON.stringify(problems[0])}`)
  return (user + kernel) / 1000
}

const many = (count: number, nameOf: (round: number) => string): number[] =>
  Array.from({ length: count }, (_none, round) => resolve(nameOf(round)))

many(WARM_UP, () => 'warm')
const figures = [
  { name: 'the same cluster again', times: many(rounds, () => 'warm') },
  { name: 'one more cluster of the profile', times: many(rounds, (round) => `cluster-${round}`) },
]
report(
  `Values of a profile of ${LAYERS} layers, ${profile.layers[0]?.values.length} letters each`,
  figures.flatMap(({ name, times }) => [
    { name: `${name}, median`, runs: [percentile(times, 0.5)], unit: 'ms', atMost: LIMIT_MS },
    { name: `${name}, p99`, runs: [percentile(times, 0.99)], unit: 'ms' },
  ]),
)
