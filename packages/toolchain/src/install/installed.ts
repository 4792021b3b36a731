interface LockedPackage {
  version?: string
  integrity?: string
  link?: boolean
  optional?: boolean
}

/**
 * True when what npm noted about `node_modules` (`installed`, the text of its hidden lockfile; null when there is
 * none) is what `package-lock.json` (`wanted`) asks for. Optional packages may be missing: they are for other machines.
 */
export const isInstalled = (wanted: string, installed: string | null): boolean => {
  if (installed === null) return false
  const present = packagesOf(installed)
  return Object.entries(packagesOf(wanted)).every(([path, locked]) => {
    // Workspaces themselves are listed by their folder; what must be there is the link to them.
    if (!path.includes('node_modules/')) return true
    const found = present[path]
    if (found === undefined) return locked.optional === true
    return found.version === locked.version && found.integrity === locked.integrity && found.link === locked.link
  })
}

const packagesOf = (lockfile: string): Record<string, LockedPackage> => {
  try {
    return (JSON.parse(lockfile) as { packages?: Record<string, LockedPackage> }).packages ?? {}
  } catch {
    return {}
  }
}
