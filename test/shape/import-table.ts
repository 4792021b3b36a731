/**
 * Who may import whom. One row for each package: our own packages it may import, by folder, and modules that must never
 * be found in it. `test/repo-shape.test.ts` enforces it. Tests may import anything their package.json lists.
 */
export interface Row {
  /** Folders of our packages, without `packages/`; `providers/*` is any provider but the contract. */
  may: readonly string[]
  never?: readonly string[]
}

const NO_DATABASE = ['pg', 'fastify']
const NO_NODE = ['node:*']

export const importTable: Record<string, Row> = {
  'packages/api': { may: [], never: [...NO_NODE, ...NO_DATABASE, 'undici', 'ws'] },
  'packages/runtime': { may: ['api'], never: [...NO_DATABASE, '@aws-sdk/*'] },
  'packages/client': { may: ['api', 'runtime'], never: [...NO_NODE, ...NO_DATABASE] },
  'packages/pack': { may: ['api', 'runtime'], never: NO_DATABASE },
  'packages/tunnel': { may: ['api', 'runtime'], never: NO_DATABASE },
  'packages/kube': { may: ['api', 'runtime'], never: NO_DATABASE },
  'packages/toolchain': { may: ['runtime'], never: NO_DATABASE },
  'packages/server': { may: ['api', 'runtime', 'pack', 'tunnel', 'kube', 'providers/contract', 'providers/*'] },
  'packages/agent': { may: ['api', 'client', 'runtime', 'kube', 'pack', 'tunnel'], never: NO_DATABASE },
  'packages/gateway': {
    may: ['api', 'client', 'runtime', 'kube', 'tunnel', 'pack', 'providers/contract', 'providers/*'],
    never: NO_DATABASE,
  },
  'packages/cli': { may: ['api', 'client', 'runtime', 'pack', 'toolchain'], never: NO_DATABASE },
  'packages/standalone': {
    may: ['api', 'server', 'providers/contract', 'providers/local', 'toolchain', 'runtime', 'pack'],
  },
  'packages/console': { may: ['api', 'client', 'pack'], never: [...NO_NODE, ...NO_DATABASE] },
  'packages/dev-env': { may: ['*'] },
  'providers/contract': { may: ['api', 'runtime'], never: [...NO_DATABASE, '@aws-sdk/*'] },
  'providers/inmemory': { may: ['providers/contract', 'api', 'runtime', 'kube'], never: NO_DATABASE },
  'providers/local': { may: ['providers/contract', 'api', 'runtime', 'kube', 'toolchain'], never: NO_DATABASE },
  test: { may: ['*'] },
}

/** Packages that production code of no other package imports. */
export const importedByNobody: readonly string[] = ['packages/dev-env', 'test']

/**
 * Inside `server/src`: which folders a folder may import, besides itself and the types of `serverPorts`.
 * `apiserver` and `controllers` never meet but in the store. `context.ts` and `main.ts` build everything and may
 * import all; providers themselves are imported in `context.ts` alone.
 */
export const serverFolders: Record<string, readonly string[]> = {
  config: [],
  store: ['config'],
  auth: ['store', 'config'],
  clouds: ['config'],
  mail: ['config'],
  content: ['store', 'auth', 'config'],
  admission: ['store', 'auth', 'config'],
  apiserver: ['admission', 'store', 'auth', 'content', 'config'],
  controllers: ['store', 'content', 'config'],
  link: ['store', 'auth', 'content', 'config'],
}

/** Files of `server/src` whose types anybody there may import: what they describe is handed in, never reached for. */
export const serverPorts: readonly string[] = [
  'context.ts',
  'auth/identity.ts',
  'clouds/client.ts',
  'mail/mailer.ts',
  'mail/outbox.ts',
]
