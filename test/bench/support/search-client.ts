import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:https'

/** How a bench asks for a page of clusters: as one caller, over connections that stay. */
export interface SearchClient {
  /** The answer's text; throws unless it is 200. */
  search(search: Search): Promise<string>
  close(): void
}

export interface Search {
  /** Uid, or null for all that the caller may see. */
  project: string | null
  limit: number
  offset: number
  body: object
}

export interface SearchTarget {
  url: string
  caFile: string
  apiKey: string
}

const MOST_CONNECTIONS = 128

export const openSearchClient = ({ url, caFile, apiKey }: SearchTarget): SearchClient => {
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS, ca: readFileSync(caFile) })
  return {
    search: ({ project, limit, offset, body }) =>
      new Promise((resolve, reject) => {
        const call = request(`${url}/v1/dashboard/spectroclusters/search?limit=${limit}&offset=${offset}`, {
          ...{ agent, method: 'POST' },
          headers: { 'content-type': 'application/json', ApiKey: apiKey, ...(project && { ProjectUid: project }) },
        })
        call.on('error', reject)
        call.on('response', (response) => {
          const parts: Buffer[] = []
          response.on('data', (part: Buffer) => parts.push(part))
          response.on('error', reject)
          response.on('end', () => {
            const text = Buffer.concat(parts).toString('utf8')
            if (response.statusCode === 200) resolve(text)
            else reject(new SearchRefused(response.statusCode ?? 0, text.slice(0, 300)))
          })
        })
        call.end(JSON.stringify(body))
      }),
    close: () => agent.destroy(),
  }
}

/** Any answer but 200. */
export class SearchRefused extends Error {
  override readonly name = 'SearchRefused'
  constructor(status: number, text: string) {
    super(`${status}: ${text}`)
  }
}
