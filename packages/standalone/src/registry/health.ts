import { request } from 'node:https'

/**
 * One look at the registry: null when it answers the distribution API over TLS with the certificate of our CA, else what is wrong.
 * 401 is health: it asks for a token.
 */
export const probeRegistry = (url: string, caPem: string, timeoutMs: number): Promise<string | null> =>
  new Promise((resolve) => {
    const call = request(`${url}/v2/`, { ca: caPem, agent: false, timeout: timeoutMs }, (response) => {
      response.resume()
      const speaksApi = response.headers['docker-distribution-api-version'] === 'registry/2.0'
      resolve(speaksApi ? null : `something else answers at ${url} (status ${response.statusCode})`)
    })
    call.on('timeout', () => call.destroy(new Error('no answer in time')))
    call.on('error', (error) => resolve(error.message))
    call.end()
  })
