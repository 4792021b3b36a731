import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { messageOf } from '@atrium/runtime/base/errors.ts'
import type { Logger } from '@atrium/runtime/base/logger.ts'
import { CloudError } from './fault.ts'

/** What a request asks for, read once: its path in decoded segments, and its query. */
export interface Target {
  segments: string[]
  query: URLSearchParams
}

export interface Answering {
  answer(target: Target, request: IncomingMessage, response: ServerResponse): void
  /** Tells a failure in the words of the protocol that is served. */
  refuse(response: ServerResponse, error: CloudError): void
}

/**
 * The only way requests reach this daemon. It is one process for the clusters of everybody, and whoever administers one
 * of them writes requests to it: nothing in a request may end it.
 */
export const listenerOf =
  ({ answer, refuse }: Answering, logger: Logger): RequestListener =>
  (request, response) => {
    try {
      answer(targetOf(request), request, response)
    } catch (error) {
      if (error instanceof CloudError) return refuse(response, error)
      logger.error({ method: request.method, url: request.url, error: messageOf(error) }, 'request failed')
      if (response.headersSent) response.destroy()
      else refuse(response, new CloudError(500, 'CloudFailed', messageOf(error)))
    }
  }

/** Refuses as plain text. */
export const refusePlainly: Answering['refuse'] = (response, { status, message }) => {
  response.writeHead(status, { 'content-type': 'text/plain' })
  response.end(message)
}

const targetOf = (request: IncomingMessage): Target => {
  try {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://cloud')
    return { segments: pathname.split('/').filter(Boolean).map(decodeURIComponent), query: searchParams }
  } catch {
    // Only the text of the request is read here: whatever fails, the text is to blame.
    throw new CloudError(400, 'InvalidRequest', 'the path of the request cannot be read')
  }
}
