import cliPackage from '../package.json' with { type: 'json' }

/** Version of this product, which all its packages share. */
export const VERSION: string = cliPackage.version
