import type { Command } from 'commander'
import { type AtriumDocument, type DocumentKind, documentKinds, idOf } from '../documents/document.ts'
import { kindNamed, kindOf } from '../documents/kinds/index.ts'
import { scopeOf } from '../documents/scope.ts'
import { toYaml } from '../output/format.ts'
import { type Server, withServer } from '../platform/server.ts'
import { tellOthers } from '../resources/kinds.ts'

/** `atrium export KIND [NAME] [--tenant]` */
export const registerExport = (program: Command): void => {
  program
    .command('export')
    .description('write objects as documents that apply takes; secrets are masked')
    .argument('<kind>', `${documentKinds.join(', ')}, or all`)
    .argument('[name]', 'only this one; of a profile also name@version')
    .option('--tenant', 'those of the tenant, where a kind lives in projects as well')
    .action((kind: string, name: string | undefined, options: { tenant?: boolean }, command: Command) =>
      withServer(command, async (server) => {
        const kinds = kind === 'all' ? allKinds(options.tenant === true) : [kindNamed(kind)]
        const documents: AtriumDocument[] = []
        for (const one of kinds) documents.push(...(await readDocuments(server, one, options.tenant === true)))
        const chosen = name === undefined ? documents : documents.filter((document) => isNamed(document, name))
        if (name !== undefined && chosen.length === 0)
          throw new Error(`There is no ${kind} '${name}'. ${tellOthers(documents.map(fullNameOf))}`)
        process.stdout.write(chosen.map((document) => `---\n${toYaml(document)}\n`).join(''))
      }),
    )
}

/** With the version, where objects of a kind have one: the end of what a document is called. */
const fullNameOf = (document: AtriumDocument): string => idOf(document).slice(document.kind.length + 1)
const isNamed = (document: AtriumDocument, name: string): boolean =>
  [document.metadata.name, fullNameOf(document)].includes(name)

/** Who may do what is the tenant's affair: a project's documents hold none of it. */
const allKinds = (tenant: boolean): readonly DocumentKind[] =>
  documentKinds.filter((kind) => tenant || (kind !== 'Role' && kind !== 'User' && kind !== 'Team'))

async function readDocuments(server: Server, name: DocumentKind, tenant: boolean): Promise<AtriumDocument[]> {
  const kind = kindOf(name)
  if (tenant && !kind.scopes.includes('tenant')) return []
  const metadata = { name: '', ...(tenant && { scope: 'tenant' as const }) }
  const scope = await scopeOf(server, { apiVersion: 'atrium.dev/v1', kind: name, metadata, spec: {} })
  if (scope === null) return []
  const documents: AtriumDocument[] = []
  for (const uid of await kind.list(scope)) documents.push(await kind.read(scope, uid))
  return documents
}
