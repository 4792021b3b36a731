import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueServerCertificate } from '@atrium/dev-env/server-certificate.ts'
import { writeArchive } from '@atrium/pack/sources/write-archive.ts'
import { chart } from '../scenarios/catalogue.ts'

/** A Helm repository with the chart of the scenario, for whoever knows its password or token, and below `/open` for everybody. */
export interface ChartRepository {
  url: string
  /** File of the authority that signed its certificate: clients of Helm repositories have no setting for it. */
  authorityFile: string
  close(): Promise<void>
}

const pair = Buffer.from(`${chart.username}:${chart.password}`).toString('base64')
const accepted = [`Basic ${pair}`, `Bearer ${chart.token}`]

export async function startChartRepository(): Promise<ChartRepository> {
  const folder = mkdtempSync(join(tmpdir(), 'atrium-charts-'))
  const { certificatePem, privateKeyPem, caPem } = await issueServerCertificate()
  const authorityFile = join(folder, 'ca.pem')
  writeFileSync(authorityFile, caPem)
  const files = new Map<string, Uint8Array>(
    chart.versions.map((version) => [`/${chart.name}-${version}.tgz`, archive(version)]),
  )
  files.set('/index.yaml', Buffer.from(JSON.stringify(index)))
  const server = createServer({ cert: certificatePem, key: privateKeyPem }, ({ url = '', headers }, response) => {
    // The same below every folder: an address that changes is another one.
    const [, folder, path = ''] = /^(\/[^/]+)?(\/[^/]+)$/.exec(url) ?? []
    const file = files.get(path)
    const isKnown = folder === '/open' || accepted.includes(headers.authorization ?? '')
    const status = !isKnown ? 401 : file ? 200 : 404
    response.writeHead(status).end(status === 200 ? file : '')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorityFile,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const about = (version: string) => ({ apiVersion: 'v2', name: chart.name, version })
const index = {
  apiVersion: 'v1',
  entries: {
    [chart.name]: chart.versions.map((version) => ({ ...about(version), urls: [`${chart.name}-${version}.tgz`] })),
  },
}
const archive = (version: string): Uint8Array =>
  writeArchive(
    new Map([
      [`${chart.name}/Chart.yaml`, Buffer.from(JSON.stringify(about(version)))],
      [`${chart.name}/values.yaml`, Buffer.from(chart.values)],
    ]),
  )
