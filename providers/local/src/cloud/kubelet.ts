import type { ServerResponse } from 'node:http'
import { logTail } from '@atrium/toolchain/process.ts'
import type { Cache } from './cache.ts'
import type { Target } from './listener.ts'
import type { PodObject } from './pods/pod.ts'
import { podFolder } from './pods/record.ts'

export interface KubeletSource {
  pods: Cache<PodObject>
  podsFolder: string
}

const LONGEST_LOG_BYTES = 1024 * 1024

/**
 * What the API server asks the machines: logs of pods that are processes of this machine. Simulated pods have no logs
 * and nothing to enter, and the answer says so.
 */
export const answerKubelet = (source: KubeletSource, { segments, query }: Target, response: ServerResponse): void => {
  const [what, namespace = '', name = '', container = ''] = segments
  const pod = source.pods.get(name, namespace)
  const folder = podFolder(source.podsFolder, pod?.metadata.uid ?? '?')
  // The name comes from the request and becomes a path: only one of the pod's own.
  const isKnown = pod?.spec.containers.some(({ name: own }) => own === container) ?? false
  if (what === 'containerLogs' && isKnown && folder.read() !== null) {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.end(lastLines(logTail(folder.log(container), LONGEST_LOG_BYTES), query.get('tailLines')))
    return
  }
  response.writeHead(501, { 'content-type': 'text/plain' })
  response.end(SIMULATED)
}

/** Shown by `kubectl logs`, `exec`, `attach` and `port-forward`. */
export const SIMULATED =
  'pods on this cluster are simulated: they have no containers, so there are no logs, no exec and no port-forward (provider local)'

const lastLines = (log: string, count: string | null): string => {
  const lines = log === '' ? [] : log.split('\n')
  const wanted = count === null ? lines : lines.slice(Math.max(0, lines.length - Number(count)))
  return wanted.map((line) => `${line}\n`).join('')
}
