import type { ValuesText } from './values.ts'

const PATH = ['pack', 'content', 'images']

/** What a pack lists as its images, `- image: …`, as it is written; a bare text counts too. */
export function listedImages(values: ValuesText): string[] {
  const entries = values.get(PATH)
  return (Array.isArray(entries) ? entries : []).flatMap((entry: unknown, index) => {
    const at = [...PATH, String(index)]
    const image = values.getSource(typeof entry === 'string' ? at : [...at, 'image'])
    return typeof image === 'string' && image.trim() !== '' ? [image.trim()] : []
  })
}
