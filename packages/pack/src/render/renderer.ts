import type { LayerPlan, PlannedManifest } from '../format/layer.ts'
import { writeArchive } from '../sources/write-archive.ts'

/** What helm is asked to render. */
export interface RenderRequest {
  releaseName: string
  namespace: string
  /** A chart archive. */
  chart: Uint8Array
  valuesText: string
}

/** Helm, as far as a pack is concerned. A chart that cannot be rendered is an answer, not a fault. */
export interface Renderer {
  render(request: RenderRequest): Promise<{ text: string } | { refused: string }>
}

/** A chart or manifest with what came of it. */
export interface RenderedPart {
  /** Its file in the pack. */
  path: string
  /** Rendered by helm; false: the file as it is. */
  templated: boolean
  outcome: { text: string } | { refused: string }
}

/** Everything a layer installs, in its order. */
export async function renderPlan(
  plan: LayerPlan,
  chartPaths: readonly string[],
  renderer: Renderer,
): Promise<RenderedPart[]> {
  const { namespace } = plan
  const parts: RenderedPart[] = []
  for (const [index, { releaseName, archive, valuesText, name }] of plan.charts.entries()) {
    const outcome = await renderer.render({ releaseName, namespace, chart: archive, valuesText })
    parts.push({ path: chartPaths[index] ?? name, templated: true, outcome })
  }
  for (const manifest of plan.manifests) {
    const { path, content, templated } = manifest
    parts.push({
      path,
      templated,
      outcome: templated ? await renderManifest(manifest, namespace, renderer) : { text: content },
    })
  }
  return parts
}

/** A manifest alone, as a chart of one template: helm is the only engine that renders it as its author meant. */
function renderManifest(
  manifest: PlannedManifest,
  namespace: string,
  renderer: Renderer,
): ReturnType<Renderer['render']> {
  const { releaseName, content, valuesText } = manifest
  const files = {
    'Chart.yaml': JSON.stringify({ apiVersion: 'v2', name: 'manifest', version: '1.0.0' }),
    'templates/manifest.yaml': content,
  }
  const entries = Object.entries(files).map(
    ([path, text]) => [`manifest/${path}`, new TextEncoder().encode(text)] as const,
  )
  return renderer.render({ releaseName, namespace, chart: writeArchive(new Map(entries)), valuesText })
}
