/** Documents of a small fleet on the cloud in memory. */

const controlPlane = `    - name: cp
      controlPlane: true
      values: |
        kind: KubeadmControlPlane
        metadata:
          name: cp
        spec:
          replicas: 1
          version: v1.34.4
`

const workers = `    - name: workers
      values: |
        kind: MachineDeployment
        metadata:
          name: workers
        spec:
          replicas: 2
          template:
            spec:
              version: v1.34.4
`

export const project = `apiVersion: atrium.dev/v1
kind: Project
metadata:
  name: shop
  labels: {team: blue}
`

export const role = `apiVersion: atrium.dev/v1
kind: Role
metadata: {name: looker}
spec:
  scope: project
  permissions: [cluster.get, project.get]
`

export const team = `apiVersion: atrium.dev/v1
kind: Team
metadata: {name: blue}
spec:
  users: [Ada@example.com]
  roles: [Tenant Role Admin, Tenant Viewer]
  projects:
    - name: shop
      roles: [looker]
`
export const user = `apiVersion: atrium.dev/v1
kind: User
metadata: {name: ada@example.com}
spec:
  firstName: Ada
  lastName: Lovelace
  roles: [Tenant Viewer]
  projects:
    - name: shop
      roles: [looker, Project Viewer]
`

export const macro = `apiVersion: atrium.dev/v1
kind: Macro
metadata: {name: site}
spec: {value: north}
`

export const account = (token: string): string => `apiVersion: atrium.dev/v1
kind: CloudAccount
metadata: {name: mine}
spec:
  cloud: local
  credentials: {TOKEN: ${token}}
`

const profile = (name: string, type: string, layer: string): string => `apiVersion: atrium.dev/v1
kind: ClusterProfile
metadata: {name: ${name}}
spec:
  version: 1.0.0
  type: ${type}
  layers:
    - name: ${name}-layer
      type: manifest
      layer: ${layer}
      manifests:
        - name: one
          content: |
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: one}
`

export const profiles = `${profile('infra', 'infra', 'k8s')}---
${profile('web', 'add-on', 'addon')}  variables:
    - {name: greeting, defaultValue: hello}
    - {name: token, isSensitive: true}
`

const pools = { cp: controlPlane, workers }

export const cluster = (
  name: string,
  { token = 'hush', order = ['cp', 'workers'] as ('cp' | 'workers')[], policy = '' } = {},
): string => `apiVersion: atrium.dev/v1
kind: Cluster
metadata: {name: ${name}}
spec:
  cloud: local
  account: mine
  profiles:
    - {name: infra, version: 1.0.0}
    - name: web
      version: 1.0.0
      variables: {token: ${token}}
${policy}  pools:
${order.map((one) => pools[one]).join('')}`

export const documents = (...texts: string[]): string => texts.join('---\n')
