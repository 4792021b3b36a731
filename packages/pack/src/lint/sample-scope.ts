import type { MacroScope } from '../format/macros.ts'
import type { ValuesText } from '../format/values.ts'

/** Facts of a cluster that placeholders may name, each with what it might be. */
export const systemMacros: Readonly<Record<string, string>> = {
  'user.name': 'admin',
  'user.uid': '000000000000000000000001',
  'user.email': 'admin@example.com',
  'tenant.uid': '000000000000000000000002',
  'project.name': 'Default',
  'project.uid': '000000000000000000000003',
  'cluster.name': 'sample',
  'cluster.uid': '000000000000000000000004',
  'cluster.kubevip': '10.0.0.10',
  'clusterprofile.name': 'sample',
  'clusterprofile.uid': '000000000000000000000005',
  'clusterprofile.version': '1.0.0',
  'clusterprofile.infra.name': 'sample-infra',
  'clusterprofile.infra.uid': '000000000000000000000006',
  'clusterprofile.infra.version': '1.0.0',
  'cloudaccount.name': 'sample',
  'cloudaccount.uid': '000000000000000000000007',
  'kubernetes.version': '1.34.4',
  'cloud.type': 'local',
  'cloud.region': 'local',
  'reverseproxy.server': 'proxy.example.com',
  'reverseproxy.port': '443',
  'reverseproxy.protocol': 'https',
  'reverseproxy.vhostport': '443',
  'appdeployment.tiername': 'sample',
}

/** Something for every placeholder: facts of a sample cluster, the pack's own values, `1` for what only a profile or a tenant knows. */
export const sampleScope = (packName: string, values: ValuesText): MacroScope => ({
  lookUp([area, ...rest]) {
    if (area === 'system') return { value: systemMacros[rest.join('.')] ?? '1' }
    if (area !== 'pack' || rest[0] !== packName) return { value: '1' }
    const value = values.getSource(rest.slice(1))
    return { value: typeof value === 'object' || value === undefined ? '' : String(value) }
  },
})
