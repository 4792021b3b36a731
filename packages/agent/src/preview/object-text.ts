import { isRecord, type KubeObject } from '@atrium/kube/object.ts'
import { stringify } from 'yaml'

const MASK = '[secret]'
const CHANGED = '[secret, another one]'
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
/** What the API server keeps for itself. */
const KEPT = new Set(['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink'])

/** Both forms of an object as YAML in one order of keys: without status, and without values of Secrets. Pure. */
export function textsOf(live: KubeObject, desired: KubeObject): [before: string, after: string] {
  const [before, after] = live.kind === 'Secret' ? maskedPair(live, desired) : [live, desired]
  return [textOf(before), textOf(after)]
}

const textOf = ({ status: _status, metadata, ...rest }: KubeObject): string => {
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([name]) => name !== LAST_APPLIED)
  const kept = Object.entries(metadata).filter(([name]) => !KEPT.has(name) && name !== 'annotations')
  const shown = {
    ...Object.fromEntries(kept),
    ...(annotations.length > 0 && { annotations: Object.fromEntries(annotations) }),
  }
  return stringify({ ...rest, metadata: shown }, { sortMapEntries: true, aliasDuplicateObjects: false, lineWidth: 0 })
}

/** Of a secret it is told whether it is another one, and no more. */
function maskedPair(live: KubeObject, desired: KubeObject): [KubeObject, KubeObject] {
  const before = { ...dataOf(live.data), ...encoded(live.stringData) }
  const after = { ...dataOf(desired.data), ...encoded(desired.stringData) }
  const masked = (values: Record<string, unknown>, mask: (name: string) => string): Record<string, string> =>
    Object.fromEntries(Object.keys(values).map((name) => [name, mask(name)]))
  const isOther = (name: string): boolean => name in before && before[name] !== after[name]
  return [
    withData(
      live,
      masked(before, () => MASK),
    ),
    withData(
      desired,
      masked(after, (name) => (isOther(name) ? CHANGED : MASK)),
    ),
  ]
}

function withData({ stringData: _text, data: _data, ...rest }: KubeObject, data: Record<string, string>): KubeObject {
  return { ...(rest as KubeObject), ...(Object.keys(data).length > 0 && { data }) }
}

const dataOf = (data: unknown): Record<string, unknown> => (isRecord(data) ? data : {})
const encoded = (text: unknown): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(dataOf(text)).map(([name, value]) => [name, Buffer.from(String(value)).toString('base64')]),
  )
