import type { PackSpec } from '@atrium/api/kinds/pack.ts'

/** A control plane of one machine. */
export const pool = `apiVersion: controlplane.cluster.x-k8s.io/v1beta1
kind: KubeadmControlPlane
metadata:
  name: cp
spec:
  replicas: 1
  version: v1.34.4
`
/** Default values of a pack `web`. */
export const webValues = (tag: string) => `pack:
  namespace: web
charts:
  web:
    # how many
    replicas: 1
    tag: "${tag}"
    password: ''
`
/** Its presets and rules. */
export const webPack: Partial<PackSpec> = {
  presets: [
    { name: 'small', displayName: 'Small', group: 'Size', remove: [], add: 'charts: {web: {replicas: 1}}' },
    { name: 'large', displayName: 'Large', group: 'Size', remove: [], add: 'charts:\n  web:\n    replicas: 9\n' },
  ],
  schema: {
    'charts.web.replicas': { schema: '{{ required | format "${number:[1-9]}" | hints "How many" }}' },
    'charts.web.password': { schema: '{{ format "${password}" }}' },
  },
}
