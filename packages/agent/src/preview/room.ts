import { type ObjectChange, previewLimits } from '@atrium/api/link/preview.ts'
import { fitLines, type LineBudget, newLineBudget } from '@atrium/runtime/base/line-difference.ts'

/** What is left of the bounds of one preview. */
export class Room {
  readonly lines: LineBudget = newLineBudget()
  #compared: number = previewLimits.compared
  #objects: number = previewLimits.objects
  #bytes: number = previewLimits.differencesBytes

  /** Counts an object that is about to be compared. */
  compare(): void {
    this.#compared -= 1
    if (this.#compared < 0) throw new Error(`a preview compares at most ${previewLimits.compared} objects`)
  }

  /** The changes that find room, each with as many lines as do. */
  fit(changes: readonly ObjectChange[]): { objects: ObjectChange[]; more: number } {
    const objects = changes.slice(0, this.#objects).map((change) => this.#cut(change))
    this.#objects -= objects.length
    return { objects, more: changes.length - objects.length }
  }

  #cut(change: ObjectChange): ObjectChange {
    const { lines, bytes, cutBytes } = fitLines(change.lines, Math.min(previewLimits.differenceBytes, this.#bytes))
    this.#bytes -= bytes
    return { ...change, lines, cutBytes }
  }
}
