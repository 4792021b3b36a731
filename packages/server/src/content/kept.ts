/** Folder of the platform's registry that is for agents alone: each gets tokens for what its own cluster installs. */
const keptFolder = 'atrium-kept/'

/** Where the platform's registry keeps the packs of a tenant's registry. */
export const keptRepository = (tenant: string, registryUid: string, name: string): string =>
  `${keptFolder}${tenant.toLowerCase()}/${registryUid}/${name.toLowerCase()}`

export const isKept = (repository: string): boolean => repository.startsWith(keptFolder)
