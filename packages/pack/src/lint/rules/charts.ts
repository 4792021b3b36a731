import { compareVersions } from '../../format/version.ts'
import type { LintChart } from '../chart.ts'
import { type LintedPack, placeInMetadata } from '../linted-pack.ts'

/** The archives: their versions, and whether they hold all they need. */
export function lintCharts(pack: LintedPack): void {
  for (const { path, chart } of pack.charts) {
    lintVersion(pack, path, chart)
    lintDependencies(pack, path, chart)
  }
}

/** `web-1.2.0.tgz` should hold 1.2.0; a name that does not end in a version promises nothing. */
function lintVersion(pack: LintedPack, path: string, { name, version }: LintChart): void {
  const file = path.slice(path.lastIndexOf('/') + 1).replace(/\.(tgz|tar\.gz)$/, '')
  const promised = /-v?(\d+\.[\w.+-]*|\d+)$/.exec(file)?.[1]
  if (promised === undefined || file === name) return
  if (version.replace(/^v/, '') === promised || compareVersions(version, promised) === 0) return
  const field = `charts[${pack.manifest?.charts.indexOf(path) ?? 0}]`
  const message = `'${path}' holds version ${version || '(none)'} of ${name}: pack the version that its name says, or rename it`
  pack.add('chart-version', 'pack.json', placeInMetadata(pack, field), field, message)
}

/** Helm looks at the chart's own list alone: what charts within it lack, they may find in it. */
function lintDependencies(pack: LintedPack, path: string, chart: LintChart): void {
  const names = new Set(chart.inner.map((one) => one.name))
  for (const { name } of chart.dependencies) {
    if (name === '' || names.has(name)) continue
    const message = `${chart.name} depends on chart '${name}', which is not in its charts/: pack it again after 'helm dependency update'`
    pack.add('chart-dependency', path, null, '', message)
  }
}
