import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type HttpsServer, serveHttps } from '@atrium/dev-env/https-server.ts'
import { toolPath } from '@atrium/dev-env/tool-paths.ts'
import { basicHeader } from './hosted-registry.ts'

/** The image that every chart of a test runs. */
export const image = 'registry.k8s.io/pause:3.10'

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  replicas: {{ .Values.replicas }}
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata: { labels: { app: {{ .Release.Name }} } }
    spec: { containers: [{ name: main, image: "${image}" }] }
`
/** What was installed: the version of the chart and every value. */
const facts = `apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }} }
data:
  version: {{ .Chart.Version | quote }}
  {{- range $key, $value := .Values }}
  {{ $key }}: {{ $value | quote }}
  {{- end }}
`

/** Writes a chart as its author does; answers its folder. */
export function writeChart(folder: string, name: string, version: string, values: string): string {
  const chart = join(folder, `${name}-${version}`)
  const files = {
    'Chart.yaml': `apiVersion: v2\nname: ${name}\nversion: ${version}\n`,
    'values.yaml': values,
    'templates/deployment.yaml': deployment,
    'templates/facts.yaml': facts,
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(chart, path)), { recursive: true })
    writeFileSync(join(chart, path), text)
  }
  return chart
}

const run = promisify(execFile)
const helm = (...args: string[]) => run(toolPath('helm'), args)

/** Packs a chart as helm does; answers the archive's path. */
export async function packageChart(chart: string, out: string): Promise<string> {
  const { stdout } = await helm('package', chart, '--destination', out)
  return stdout.trim().split(' ').at(-1) ?? ''
}

/** Pushes a chart as helm does. */
export const pushChart = (archive: string, address: string, trust: { caFile: string; credentialsFile: string }) =>
  helm('push', archive, address, '--ca-file', trust.caFile, '--registry-config', trust.credentialsFile)

/** A Helm repository on a web server with TLS and a password: `folder` with what `helm repo index` writes. */
export interface HelmRepository extends HttpsServer {
  add(chart: string): Promise<void>
}

export async function serveHelmRepository(folder: string): Promise<HelmRepository> {
  mkdirSync(folder, { recursive: true })
  const server = await serveHttps(({ url = '', headers }, response) => {
    const file = join(folder, url.replace('/charts/', '/'))
    if (headers.authorization !== basicHeader) return void response.writeHead(401).end()
    response.writeHead(200).end(readFileSync(file))
  })
  return {
    ...server,
    async add(chart) {
      await packageChart(chart, folder)
      await helm('repo', 'index', folder)
    },
  }
}
