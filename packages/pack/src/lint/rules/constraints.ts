import { compareVersions, isVersion } from '../../format/version.ts'
import { keysOfDotted } from '../dotted.ts'
import { type LintedPack, placeInMetadata } from '../linted-pack.ts'
import { type Placed, placedAt, textOf } from '../placed.ts'

const layers = new Set(['os', 'k8s', 'cni', 'csi', 'addon'])
const resourceTypes = new Set(['cpu', 'memory', 'diskSize'])
const scheduleTypes = new Set(['', 'all', 'worker', 'master', 'control-plane'])

type Fail = (
  field: string,
  message: string,
  code?: 'constraint-invalid' | 'constraint-type' | 'constraint-no-path',
) => void

/** Dependencies and resources of `pack.json`. */
export function lintConstraints(pack: LintedPack): void {
  const constraints = placedAt(pack.metadata?.root ?? null, ['constraints'])
  if (pack.manifest === null || constraints === null) return
  const entries = (list: 'dependencies' | 'resources', check: (entry: Placed, fail: Fail) => void): void => {
    for (const [index, entry] of (placedAt(constraints, [list])?.items ?? []).entries()) {
      check(entry, (field, message, code = 'constraint-invalid') => {
        const path = `constraints.${list}[${index}]${field === '' ? '' : `.${field}`}`
        pack.add(code, 'pack.json', placeInMetadata(pack, path), path, message)
      })
    }
  }
  entries('dependencies', lintDependency)
  entries('resources', (entry, fail) => lintResource(pack, entry, fail))
}

function lintDependency(entry: Placed, fail: Fail): void {
  const text = (field: string): string => textOf(placedAt(entry, [field])).trim()
  if (text('type') === '')
    fail(
      '',
      "has no type: it counts as optional; write 'required', 'optional', 'notSupported' or 'upgrade'",
      'constraint-type',
    )
  if (!layers.has(text('layer'))) fail('layer', `'${text('layer')}' is no layer: use one of ${[...layers].join(', ')}`)
  const bounds = ['minVersion', 'maxVersion'] as const
  for (const bound of bounds) {
    if (text(bound) !== '' && !isVersion(text(bound)))
      fail(bound, `'${text(bound)}' is no version: write 1.2.3, or 1.2 for all of 1.2`)
  }
  const [least, most] = bounds.map(text)
  if (
    least &&
    most &&
    isVersion(least) &&
    isVersion(most) &&
    compareVersions(least, most) > 0 &&
    !most.startsWith(`${least}.`)
  ) {
    if (!least.startsWith(`${most}.`)) fail('maxVersion', `${most} lies below minVersion ${least}: no version fits`)
  }
}

function lintResource(pack: LintedPack, entry: Placed, fail: Fail): void {
  const type = textOf(placedAt(entry, ['type']))
  if (!resourceTypes.has(type))
    fail('type', `'${type}' is unknown: use cpu (millicores), memory (MiB) or diskSize (GB)`)
  const least = placedAt(entry, ['minLimit'])?.scalar
  if (least !== undefined && !(typeof least === 'number' && Number.isInteger(least) && least >= 0)) {
    fail('minLimit', 'must be a whole number, 0 or more')
  }
  for (const [index, component] of (placedAt(entry, ['components'])?.items ?? []).entries()) {
    const schedule = textOf(placedAt(component, ['scheduleType']))
    if (!scheduleTypes.has(schedule))
      fail(`components[${index}].scheduleType`, `'${schedule}' is unknown: use worker, master or all`)
    for (const field of ['resourceRequestParamRef', 'replicaCountParamRef']) {
      const path = textOf(placedAt(component, [field]))
      if (path === '' || pack.values === null || keysOfDotted(pack.values.placed.root, path).found) continue
      fail(
        `components[${index}].${field}`,
        `'${path}' is no value of values.yaml: what is needed cannot be counted`,
        'constraint-no-path',
      )
    }
  }
}
