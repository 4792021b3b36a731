/** Puts the entry at the end of the map, as the one used last; of more than `most` the one that was longest unused is forgotten. */
export function putRecent<K, V>(map: Map<K, V>, key: K, value: V, most: number): void {
  map.delete(key)
  map.set(key, value)
  const [oldest] = map.keys()
  if (map.size > most && oldest !== undefined) map.delete(oldest)
}
