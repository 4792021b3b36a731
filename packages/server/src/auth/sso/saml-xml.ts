/** An element as the libraries read it: attributes under `$`, text under `_`, children by their names without prefix. */
export interface XmlNode {
  $?: Record<string, string>
  _?: string
  [child: string]: unknown
}

export const children = (node: XmlNode | undefined, name: string): XmlNode[] => {
  const found = node?.[name]
  return Array.isArray(found) ? (found as XmlNode[]) : []
}
