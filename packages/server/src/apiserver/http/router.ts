import type { Operation } from '@atrium/api/operations/table.ts'
import { AtriumError } from '@atrium/runtime/base/errors.ts'

export interface Route {
  operation: Operation
  params: Record<string, string>
}

interface Node {
  children: Map<string, Node>
  /** Where any segment may stand. */
  parameter: Node | null
  /** By method; names of the parameters on the way, which differ between operations of one path. */
  ends: Map<string, { operation: Operation; names: string[] }>
}

const newNode = (): Node => ({ children: new Map(), parameter: null, ends: new Map() })
/** A slash at the end means nothing: clients and contract disagree about it in places. */
const segmentsOf = (path: string): string[] => path.replace(/^\/|\/$/g, '').split('/')
const placeholder = /^\{(\w+)\}$/

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch (cause) {
    const details = { field: 'path' }
    throw new AtriumError('InvalidRequest', 'The path holds a malformed percent escape.', { details, cause })
  }
}

/**
 * Finds the operation of a request. The framework's own router is not used for the contract: 1,190 routes cost it 20 MB
 * and 0.2 s at start, this one 1 MB and 5 ms.
 */
export class Router {
  readonly #root = newNode()

  constructor(operations: Operation[]) {
    for (const operation of operations) this.#add(operation)
  }

  #add(operation: Operation): void {
    let node = this.#root
    const names: string[] = []
    for (const segment of segmentsOf(operation.path)) {
      const name = placeholder.exec(segment)?.[1]
      if (name === undefined) {
        const child = node.children.get(segment) ?? newNode()
        node.children.set(segment, child)
        node = child
      } else {
        names.push(name)
        node.parameter ??= newNode()
        node = node.parameter
      }
    }
    node.ends.set(operation.method, { operation, names })
  }

  /** `path` as on the wire, without query. Fixed segments win over placeholders. */
  find(method: string, path: string): Route | null {
    return this.#match(this.#root, method, segmentsOf(path), 0, [])
  }

  #match(node: Node, method: string, segments: string[], index: number, values: string[]): Route | null {
    const segment = segments[index]
    if (segment === undefined) {
      const end = node.ends.get(method)
      if (!end) return null
      const params = Object.fromEntries(end.names.map((name, place) => [name, decode(values[place] ?? '')]))
      return { operation: end.operation, params }
    }
    const fixed = node.children.get(segment)
    const found = fixed && this.#match(fixed, method, segments, index + 1, values)
    if (found) return found
    if (!node.parameter || segment === '') return null
    return this.#match(node.parameter, method, segments, index + 1, [...values, segment])
  }
}
