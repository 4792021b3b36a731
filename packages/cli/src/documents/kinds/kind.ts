import type { Server } from '../../platform/server.ts'
import type { Difference } from '../difference.ts'
import type { AtriumDocument } from '../document.ts'
import type { Scope } from '../scope.ts'
import type { Problem, Shape } from '../shape.ts'

export interface Change<S extends object> {
  live: AtriumDocument<S>
  wanted: AtriumDocument<S>
  differences: readonly Difference[]
}

/** How documents of one kind become objects, and objects documents. `read` and `complete` agree: what is read differs in nothing. */
export interface KindDefinition<S extends object = Record<string, unknown>> {
  /** Other names in commands. */
  aliases: readonly string[]
  spec: Shape
  scopes: readonly ('tenant' | 'project')[]
  isLabelled: boolean
  /** What no shape can tell. */
  check?(document: AtriumDocument<S>): Problem[]
  /** Uids of all there are in the scope, those of the tenant too. */
  list(scope: Scope): Promise<string[]>
  find(scope: Scope, document: AtriumDocument<S>): Promise<string | null>
  /** As an export shows it, secrets masked. */
  read(scope: Scope, uid: string): Promise<AtriumDocument<S>>
  /** Fills in what lists of the document leave open; fields it leaves out altogether stay as they are without it. */
  complete?(scope: Scope, wanted: AtriumDocument<S>, live: AtriumDocument<S> | null): Promise<AtriumDocument<S>>
  create(scope: Scope, wanted: AtriumDocument<S>): Promise<void>
  update(scope: Scope, uid: string, change: Change<S>): Promise<void>
  /** Another one whenever something of the object is, secrets too. Of kinds that hold secrets. */
  revisionOf?(scope: Scope, uid: string): Promise<string>
  remove(scope: Scope, uid: string, server: Server): Promise<void>
}

/** Whether a field, or one below it, differs. */
export const differs = (differences: readonly Difference[], path: string): boolean =>
  differences.some(
    (one) => one.path === path || (/^[.[ ]/.test(one.path.slice(path.length)) && one.path.startsWith(path)),
  )

/** Throws when a field differs that is fixed once the object is made. */
export function refuseChange(differences: readonly Difference[], path: string, instead: string): void {
  const found = differences.find((one) => one.path === path)
  if (found)
    throw new Error(`${path}: cannot become '${String(found.wanted)}', it is '${String(found.live)}'. ${instead}`)
}
