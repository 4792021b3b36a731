import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { PlannedChart, PlannedManifest } from '@atrium/pack/format/layer.ts'
import { writePrivateFile } from '../storage/private-file.ts'
import type { ChartSource } from './helm.ts'

/** Runs `work` with a folder of its own, which is gone afterwards: values may hold secrets. */
export async function withWorkFolder<T>(parent: string, work: (dir: string) => Promise<T>): Promise<T> {
  await mkdir(parent, { recursive: true, mode: 0o700 })
  const dir = await mkdtemp(join(parent, 'work-'))
  try {
    return await work(dir)
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Writes chart archive and values where helm reads them. */
export async function chartFiles(dir: string, chart: PlannedChart, namespace: string): Promise<ChartSource> {
  const chartPath = join(dir, 'chart.tgz')
  const valuesPath = join(dir, 'values.yaml')
  await writePrivateFile(chartPath, chart.archive)
  await writePrivateFile(valuesPath, chart.valuesText)
  return { name: chart.releaseName, namespace, chartPath, valuesPath, skipDefinitions: !chart.definesByHelm }
}

/** A templated manifest becomes a chart of one template: helm is the only engine that renders it as its author meant. */
export async function manifestChart(dir: string, manifest: PlannedManifest, namespace: string): Promise<ChartSource> {
  const chartPath = join(dir, 'chart')
  const valuesPath = join(dir, 'values.yaml')
  const chart = { apiVersion: 'v2', name: manifest.releaseName, version: '1.0.0', type: 'application' }
  await writePrivateFile(join(chartPath, 'Chart.yaml'), JSON.stringify(chart))
  await writePrivateFile(join(chartPath, 'templates', 'manifest.yaml'), manifest.content)
  await writePrivateFile(valuesPath, manifest.valuesText)
  return { name: manifest.releaseName, namespace, chartPath, valuesPath }
}
