/** Whether labels match a selector as the Kubernetes API writes it: `a=b,c!=d,e in (f,g),h notin (i),j,!k`. */
export const matchesSelector = (labels: Record<string, string>, selector: string): boolean =>
  requirements(selector).every((requirement) => matches(labels, requirement))

/** Splits at commas that are not inside parentheses. */
const requirements = (selector: string): string[] =>
  selector
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '')

const matches = (labels: Record<string, string>, requirement: string): boolean => {
  const [, setKey = '', operator, list = ''] = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(requirement) ?? []
  if (operator !== undefined) {
    const within = list.split(',').some((value) => value.trim() === labels[setKey])
    return operator === 'in' ? within : !within
  }
  const [, key = '', comparison, value = ''] = /^([^!=\s]+)\s*(==|=|!=)\s*(.*)$/.exec(requirement) ?? []
  if (comparison !== undefined) return comparison === '!=' ? labels[key] !== value : labels[key] === value
  return requirement.startsWith('!') ? !(requirement.slice(1).trim() in labels) : requirement in labels
}
