import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { issueServerCertificate } from '@atrium/dev-env/server-certificate.ts'

/** AWS, Azure and Google as far as they are asked about accounts and buckets, behind one address as a mirror has it: they take everything. */
export interface FakeClouds {
  url: string
  caPem: string
  close(): void
}

const answers: [RegExp, string][] = [
  [/^\/sts\.[\w.-]+\/$/, '<GetCallerIdentityResponse/>'],
  [/^\/login\.[\w.-]+\/[^/]+\/oauth2\/v2\.0\/token$/, '{"access_token":"token"}'],
  [/^\/oauth2\.googleapis\.com\/token$/, '{"access_token":"token"}'],
  [/^\/s3\.[\w.-]+\/[\w.-]+\?/, '<ListBucketResult/>'],
  [/^\/storage\.googleapis\.com\/storage\/v1\/b\/[\w.-]+\?/, '{}'],
]

export async function startFakeClouds(): Promise<FakeClouds> {
  const { certificatePem, privateKeyPem, caPem } = await issueServerCertificate()
  const server = createServer({ cert: certificatePem, key: privateKeyPem }, (request, response) => {
    const found = answers.find(([path]) => path.test(request.url ?? ''))
    response.writeHead(found ? 200 : 404).end(found?.[1] ?? '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `https://127.0.0.1:${port}`,
    caPem,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
