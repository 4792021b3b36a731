/** `sort` of a search body as `orderBy`: `paths` says where each field stands; one that is not there is the name. */
export const orderOf = (
  sort: readonly { field?: string | null | undefined; order?: 'asc' | 'desc' | undefined }[] | null | undefined,
  paths: Record<string, string> = {},
): string =>
  (sort ?? [])
    .map(
      ({ field, order }) =>
        `${paths[field ?? ''] ?? times[field ?? ''] ?? 'metadata.name'}=${order === 'desc' ? -1 : 1}`,
    )
    .join(',')

const times: Record<string, string> = {
  creationTimestamp: 'metadata.creationTimestamp',
  lastModifiedTimestamp: 'metadata.lastModifiedTimestamp',
}
