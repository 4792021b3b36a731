import type { AtriumLayerPreview } from '@atrium/api/generated/operations.d.ts'
import { fitLines, lineDifference, newLineBudget } from '@atrium/runtime/base/line-difference.ts'
import type { ResolvedLayer } from '../../content/resolve.ts'

type Text = AtriumLayerPreview['texts'][number]

const textBytes = 16 * 1024
const allBytes = 256 * 1024

/** Tells how texts of layers differ, bounded over all it is asked. `redact` takes secrets out of what is shown. */
export class DeclaredTexts {
  readonly #redact: (text: string) => string
  readonly #budget = newLineBudget()
  #bytes = allBytes

  constructor(redact: (text: string) => string) {
    this.#redact = redact
  }

  /** Of a layer that is there before and after; none of one that comes or goes. */
  of(before: ResolvedLayer | undefined, after: ResolvedLayer | undefined): Text[] {
    if (!before || !after) return []
    const [old, fresh] = [textsOf(before), textsOf(after)]
    const names = [...new Set([...old.keys(), ...fresh.keys()])]
    return names.flatMap((name) => this.#difference(name, old.get(name) ?? '', fresh.get(name) ?? ''))
  }

  #difference(name: string, old: string, fresh: string): Text[] {
    if (old === fresh) return []
    // Compared as they are: what differs in a secret alone is told, and not shown.
    const all = lineDifference(old, fresh, this.#budget).map(this.#redact)
    const { lines, bytes, cutBytes } = fitLines(all, Math.min(textBytes, this.#bytes))
    this.#bytes -= bytes
    return [{ name, lines, cutBytes }]
  }
}

const textsOf = ({ values, manifests }: ResolvedLayer): Map<string, string> =>
  new Map([
    ['values', values],
    ...manifests.map(({ name, content }): [string, string] => [`manifest ${name}`, content]),
  ])
