import { parseDuration } from './duration.ts'
import { groupOf, type KubeObject } from './object.ts'
import { parseQuantity } from './quantity.ts'

/** Under these names amounts have their names; elsewhere only these fields are amounts. */
const amounts = new Set(['limits', 'requests', 'capacity', 'hard'])
const amountFields = new Set(['storage', 'size', 'sizeLimit', 'cpu', 'memory'])
/** Everything in these is a text, whatever it looks like. */
const textMaps = new Set(['annotations', 'labels', 'matchLabels', 'nodeSelector'])
const dataKinds = new Set(['ConfigMap', 'Secret'])
const RBAC = 'rbac.authorization.k8s.io'
const rbacSets = new Set(['verbs', 'apiGroups', 'resources', 'resourceNames', 'nonResourceURLs'])

/** What two values of a kind may look like and still say the same. */
export interface Sameness {
  /** `field` stands in `parent`. */
  isSame(live: unknown, desired: unknown, field: string, parent: string): boolean
  /** The order of this list means nothing, although the server takes it for one value. */
  isSet(field: string): boolean
}

export function samenessOf({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): Sameness {
  const group = groupOf(apiVersion)
  const isCustom = group.includes('.') && !group.endsWith('.k8s.io')
  const isText = (parent: string): boolean => textMaps.has(parent) || dataKinds.has(kind)
  return {
    isSame: (live, desired, field, parent) =>
      !isText(parent) &&
      ((isAmount(field, parent) && isEqual(parseQuantity, live, desired)) ||
        (isCustom && isDurationField(field) && isEqual(parseDuration, live, desired))),
    isSet: (field) => field === 'accessModes' || (group === RBAC && rbacSets.has(field)),
  }
}

const isAmount = (field: string, parent: string): boolean => amounts.has(parent) || amountFields.has(field)
/** Items of lists (arguments) and values of variables are texts. */
const isDurationField = (field: string): boolean => field !== 'value' && field !== ''

const isEqual = (parse: (value: unknown) => number | null, a: unknown, b: unknown): boolean => {
  const parsed = parse(a)
  return parsed !== null && parsed === parse(b)
}
