/** A block of Terraform's language, as far as one asks what is set in it. */
export interface Block {
  /** E.g. `resource`; of a dynamic one, what it makes. */
  type: string
  labels: readonly string[]
  /** Expressions, as they are written. */
  attributes: ReadonlyMap<string, string>
  blocks: readonly Block[]
  /** Made as often as an expression says. */
  isDynamic: boolean
}

/** The blocks of a configuration. Expressions are not looked into: only where each ends. */
export function readConfiguration(text: string): readonly Block[] {
  let at = 0
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found) at = pattern.lastIndex
    return found
  }

  function readBody(): Pick<Block, 'attributes' | 'blocks'> {
    const attributes = new Map<string, string>()
    const blocks: Block[] = []
    for (;;) {
      take(/(?:\s|#.*|\/\/.*)*/y)
      const [name] = take(/[\w-]+/y) ?? []
      if (name === undefined) return { attributes, blocks }
      if (take(/[ \t]*=(?!=)\s*/y)) {
        const begin = at
        skipExpression(true)
        attributes.set(name, text.slice(begin, at).trim())
      } else blocks.push(readBlock(name))
    }
  }

  function readBlock(type: string): Block {
    const labels: string[] = []
    for (let label = take(/\s*"([^"]*)"/y); label; label = take(/\s*"([^"]*)"/y)) labels.push(label[1] ?? '')
    if (!take(/\s*\{/y)) throw new Error(`no block after '${type}': ${text.slice(at, at + 40)}`)
    const body = readBody()
    if (!take(/\}/y)) throw new Error(`'${type}' does not end: ${text.slice(at, at + 40)}`)
    if (type !== 'dynamic') return { type, labels, ...body, isDynamic: false }
    const content = body.blocks.find((block) => block.type === 'content')
    return { attributes: new Map(), blocks: [], ...content, type: labels[0] ?? '', labels: [], isDynamic: true }
  }

  /** To the end of the line, or of what encloses it. */
  function skipExpression(endsWithLine: boolean): void {
    let depth = 0
    while (at < text.length) {
      if (text[at] === '"') skipString()
      else if (!skipHeredoc() && !take(/#.*|\/\/.*/y)) {
        const char = text[at] ?? ''
        if (depth === 0 && ((endsWithLine && char === '\n') || ')]}'.includes(char))) return
        if ('([{'.includes(char)) depth++
        else if (')]}'.includes(char)) depth--
        at++
      }
    }
  }

  function skipHeredoc(): boolean {
    const [, mark] = take(/<<-?(\w+)\n/y) ?? []
    if (mark === undefined) return false
    const end = new RegExp(`^\\s*${mark}$`, 'gm')
    end.lastIndex = at
    if (!end.exec(text)) throw new Error(`no line ends ${mark}`)
    at = end.lastIndex
    return true
  }

  function skipString(): void {
    for (at++; text[at] !== '"'; ) {
      if (take(/\\.|[$%]{2}\{|[^"\\$%]+/y)) continue
      if (!take(/[$%]\{/y)) at++
      else {
        skipExpression(false)
        at++
      }
    }
    at++
  }

  const { blocks } = readBody()
  if (at < text.length) throw new Error(`no configuration: ${text.slice(at, at + 40)}`)
  return blocks
}
