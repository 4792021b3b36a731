import { controlPlane, workers } from '../support/clusters.ts'

/** What stands where a text is YAML: machines of a cluster, values of a pack, a manifest. */
export const yamlTexts: readonly string[] = [
  controlPlane,
  workers(2),
  workers(0, 'others'),
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: one',
  'pack:\n  namespace: apps\ncharts:\n  one: {replicas: 2}',
  'replicas: {{.spectro.var.replicas}}\nname: {{ .spectro.macro.mark }}',
  '',
]
