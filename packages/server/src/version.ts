import serverPackage from '../package.json' with { type: 'json' }

/** Version of this product, which all its packages share. */
export const VERSION: string = serverPackage.version
