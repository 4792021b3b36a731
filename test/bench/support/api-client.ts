import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'

/** Where a bench finds a server, and as whom it asks. */
export interface ApiTarget {
  url: string
  caFile: string
  apiKey: string
}

export interface ApiRequest {
  method: string
  path: string
  /** Uid, or absent for tenant scope. */
  project?: string | null
  body?: object
}

export interface ApiAnswer {
  status: number
  text: string
}

/** One caller, over connections that stay. */
export interface ApiClient {
  send(request: ApiRequest): Promise<ApiAnswer>
  close(): void
}

const MOST_CONNECTIONS = 128

export const openApiClient = ({ url, caFile, apiKey }: ApiTarget): ApiClient => {
  const { Agent, request } = url.startsWith('https:') ? https : http
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS, ca: readFileSync(caFile) })
  return {
    send: ({ method, path, project, body }) =>
      new Promise((resolve, reject) => {
        const call = request(url + path, {
          ...{ agent, method },
          headers: { 'content-type': 'application/json', ApiKey: apiKey, ...(project && { ProjectUid: project }) },
        })
        call.on('error', reject)
        call.on('response', (response) => {
          const parts: Buffer[] = []
          response.on('data', (part: Buffer) => parts.push(part))
          response.on('error', reject)
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }),
          )
        })
        call.end(body && JSON.stringify(body))
      }),
    close: () => agent.destroy(),
  }
}
