/** Documents of a cluster on provider `local`: an account, an infrastructure profile, and two machines with the named profiles. */
export const clusterDocuments = (name: string, profiles: readonly string[]): string => `apiVersion: atrium.dev/v1
kind: CloudAccount
metadata: { name: here }
spec: { cloud: local }
---
apiVersion: atrium.dev/v1
kind: ClusterProfile
metadata: { name: infrastructure }
spec:
  version: 1.0.0
  cloud: local
  type: infra
  layers:
    - { name: local-os, version: 1.0.0, registry: Public Repo }
    - { name: kubernetes, version: 1.34.4, registry: Public Repo }
    - { name: local-cni, version: 1.0.0, registry: Public Repo }
    - { name: local-csi, version: 1.0.0, registry: Public Repo }
---
apiVersion: atrium.dev/v1
kind: Cluster
metadata: { name: ${name} }
spec:
  cloud: local
  account: here
  profiles:
    - { name: infrastructure, version: 1.0.0 }
${profiles.map((one) => `    - { name: ${one.split('@')[0]}, version: ${one.split('@')[1]} }\n`).join('')}  pools:
    - name: control-plane
      controlPlane: true
      worker: true
      values: |
        kind: KubeadmControlPlane
        metadata: { name: control-plane }
        spec: { replicas: 1, version: v1.34.4 }
    - name: workers
      values: |
        kind: MachineDeployment
        metadata: { name: workers }
        spec: { replicas: 1, template: { spec: { version: v1.34.4 } } }
`
