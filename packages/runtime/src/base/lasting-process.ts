import { flushCompileCache, getCompileCacheDir } from 'node:module'
import { dirname } from 'node:path'

/**
 * Environment of a process that lasts, read by libc when it begins: a large block gets pages of its own and gives them
 * back when it is freed, instead of a piece of the common heap. It matters for
 *
 * * the 19 MiB of a password, which stayed resident for each thread that ever checked one (78 MB after five of them);
 * * the 64 KiB that Node keeps for each TLS connection to read into, and of which a silent one uses a page: in the common
 *   heap it lies on pages that others have used (600 to 1,000 connections: 56 to 61 KiB each, with pages of their own 44).
 *
 * `TOP_PAD`: libc would keep 128 KiB at the end of its heap at hand, and take such blocks from there.
 */
export const lastingEnv = { MALLOC_MMAP_THRESHOLD_: '32768', MALLOC_TOP_PAD_: '0' }

/** Set in the process that took the place of another: where the cache cannot be written, nobody starts for ever. */
const MARK = 'ATRIUM_STARTED_ANEW'

/**
 * For a program that lasts; called when its modules are loaded, before it does anything. A process that stripped the
 * types of modules keeps the compiler in memory (measured: 18 MB, and what it compiled). It writes the compile cache and
 * is replaced by itself, which reads that: pid, command line and standard streams stay. So is one without `lastingEnv`.
 */
export const startLasting = (): void => {
  if (process.env[MARK] !== undefined || process.execve === undefined) return
  const cache = getCompileCacheDir()
  const isCold = cache !== undefined && hasStrippedTypes()
  const isBare = Object.keys(lastingEnv).some((name) => process.env[name] === undefined)
  if (!isCold && !isBare) return
  flushCompileCache()
  process.execve(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], {
    ...process.env,
    ...lastingEnv,
    // Only the environment makes Node look there for the main module too.
    ...(cache === undefined ? {} : { NODE_COMPILE_CACHE: dirname(cache) }),
    [MARK]: '1',
  })
}

/** Node loads the compiler when a module's types are not stripped yet. It tells nobody but its list of modules. */
const hasStrippedTypes = (): boolean => {
  const { moduleLoadList } = process as { moduleLoadList?: readonly string[] }
  return moduleLoadList?.some((name) => name.includes('deps/amaro')) ?? false
}
