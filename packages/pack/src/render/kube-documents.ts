import { PackError, type Problem } from '../format/problems.ts'
import { parseYaml } from '../format/yaml-text.ts'
import { type Placed, type PlacedText, placedAt, placedText, textOf } from '../lint/placed.ts'

/** One object of a text of manifests. */
export interface KubeDocument {
  /** Line of the text on which it begins. */
  line: number
  /** File of the chart it was rendered from, as helm names it; empty elsewhere. */
  source: string
  text: string
}

/** The documents of a text, empty ones left out. */
export function splitDocuments(text: string): KubeDocument[] {
  const documents: KubeDocument[] = []
  let line = 1
  for (let start = 0, end = 0; start < text.length; start = end) {
    end = nextDocument(text, start)
    const part = text.slice(start, end)
    const lines = part.split('\n')
    const source = part.includes('# Source: ') ? (/^# Source: (.+)$/m.exec(part)?.[1]?.trim() ?? '') : ''
    if (lines.some(isContent)) documents.push({ line, source, text: part })
    line += lines.length - 1
  }
  return documents
}

/** Where the document behind the one at `from` begins. Texts are large: an expression that looks at each letter takes long. */
function nextDocument(text: string, from: number): number {
  for (let at = text.indexOf(MARK, from); at >= 0; at = text.indexOf(MARK, at + 1)) {
    const rest = text.indexOf('\n', at + MARK.length)
    if (/^(?:[ \t]|\r?$)/.test(text.slice(at + MARK.length, rest < 0 ? undefined : rest))) return at + 1
  }
  return text.length
}

const MARK = '\n---'

const isContent = (line: string): boolean => !/^\s*(#|$)|^---\s*(#|$)/.test(line)

export interface KubeObject {
  document: KubeDocument
  placed: PlacedText
  kind: string
  /** `Deployment/web` */
  label: string
}

/** Definitions are most of what charts hold, and nothing runs by them. */
const DEFINITION = /^kind:[ \t]*["']?CustomResourceDefinition\b/m

/** Names what runs, or a right over the cluster. */
const NOTABLE = /containers["']?[ \t]*:|cluster-admin|["']\*["']/

/** False for a document of which nothing is to tell but whether it can be read: it has what every object has. */
export const isNotable = ({ text }: KubeDocument): boolean =>
  NOTABLE.test(text) || !EVERY_OBJECT.every((key) => key.test(text))

const EVERY_OBJECT = [/^apiVersion:/m, /^kind:/m, /^metadata:/m]

/** Reads a document; null for one that defines kinds or holds nothing. What is no object is a problem, with its line in the whole text. */
export function readObjects(document: KubeDocument, file: string): { objects: KubeObject[]; problems: Problem[] } {
  if (DEFINITION.test(document.text)) return { objects: [], problems: [] }
  try {
    const placed = placedText(parseYaml(document.text, file))
    return { objects: objectsOf(document, placed, placed.root), problems: [] }
  } catch (error) {
    if (!(error instanceof PackError)) throw error
    const problems = error.problems.map((problem) => ({
      ...problem,
      line: problem.line === 0 ? document.line : document.line + problem.line - 1,
    }))
    return { objects: [], problems }
  }
}

function objectsOf(document: KubeDocument, placed: PlacedText, root: Placed | null): KubeObject[] {
  if (root === null || (root.fields === null && root.items === null && root.scalar === null)) return []
  const kind = textOf(placedAt(root, ['kind']))
  const items = kind.endsWith('List') ? placedAt(root, ['items'])?.items : undefined
  if (items) return items.flatMap((item) => objectsOf(document, { ...placed, root: item }, item))
  return [
    { document, placed: { ...placed, root }, kind, label: `${kind}/${textOf(placedAt(root, ['metadata', 'name']))}` },
  ]
}

/** Everything in an object that looks like the spec of a pod: templates of custom resources too. */
export function podSpecs(root: Placed | null): Placed[] {
  const found: Placed[] = []
  const walk = (node: Placed): void => {
    if (node.fields?.get('containers')?.value.items) found.push(node)
    for (const { value } of node.fields?.values() ?? []) walk(value)
    for (const item of node.items ?? []) walk(item)
  }
  if (root) walk(root)
  return found
}

/** Containers of a pod's spec, those that run first or on demand included. */
export const containersOf = (pod: Placed): Placed[] =>
  ['containers', 'initContainers', 'ephemeralContainers'].flatMap((list) => placedAt(pod, [list])?.items ?? [])

/** A test of a chart runs only when somebody asks helm for it. */
export const isChartTest = ({ placed }: KubeObject): boolean => {
  const hooks = textOf(placedAt(placed.root, ['metadata', 'annotations', 'helm.sh/hook'])).split(',')
  return hooks.every((hook) => /^\s*test(-success|-failure)?\s*$/.test(hook))
}

/** Images that an object's pods run. */
export const imagesOf = (object: KubeObject): string[] =>
  podSpecs(object.placed.root)
    .flatMap(containersOf)
    .map((container) => textOf(placedAt(container, ['image'])).trim())
    .filter((image) => image !== '')
