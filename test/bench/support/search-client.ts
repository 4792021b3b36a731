import { type ApiTarget, openApiClient } from './api-client.ts'

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

export const openSearchClient = (target: ApiTarget): SearchClient => {
  const client = openApiClient(target)
  return {
    async search({ project, limit, offset, body }) {
      const path = `/v1/dashboard/spectroclusters/search?limit=${limit}&offset=${offset}`
      const { status, text } = await client.send({ method: 'POST', path, project, body })
      if (status !== 200) throw new SearchRefused(status, text.slice(0, 300))
      return text
    },
    close: () => client.close(),
  }
}

/** Any answer but 200. */
export class SearchRefused extends Error {
  override readonly name = 'SearchRefused'
  constructor(status: number, text: string) {
    super(`${status}: ${text}`)
  }
}
