/** What a checker holds against a run. */
export interface Problem {
  checker: 'intents' | 'ledger' | 'order' | 'writers' | 'convergence' | 'crash'
  message: string
}

export type Report = (checker: Problem['checker'], message: string) => void
