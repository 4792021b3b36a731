/** What an exit code of `atrium` means; docs/cli.md is their documentation. `kubectl` hands on its own. */
export const exitCodes = {
  done: 0,
  /** It failed and said why; `diff`: there are differences; `plan`: something would change. */
  failed: 1,
  /** The command line is wrong; `diff`, `plan`: it could not compare. */
  usage: 2,
  /** `status`: no server runs. */
  absent: 3,
  /** `wait`: time was up before all were there. */
  timedOut: 4,
} as const
