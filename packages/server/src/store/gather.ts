interface Waiting<Call, Answer> {
  call: Call
  resolve: (answer: Answer) => void
  reject: (error: unknown) => void
}

/**
 * Calls that are made at once, side by side in one transaction, are one run of `work`: many rows in one statement instead of a
 * round trip for each. `work` answers in the order of the calls; what it throws, all of them throw.
 */
export const gather = <Call, Answer>(
  work: (calls: readonly Call[]) => Promise<readonly Answer[]>,
): ((call: Call) => Promise<Answer>) => {
  let waiting: Waiting<Call, Answer>[] = []
  const run = async (): Promise<void> => {
    const gathered = waiting
    waiting = []
    try {
      const answers = await work(gathered.map(({ call }) => call))
      for (const [index, one] of gathered.entries()) one.resolve(answers[index] as Answer)
    } catch (error) {
      for (const one of gathered) one.reject(error)
    }
  }
  return (call) =>
    new Promise((resolve, reject) => {
      // After all that goes on from the same answer has come as far as this.
      if (waiting.length === 0) process.nextTick(() => void run())
      waiting.push({ call, resolve, reject })
    })
}
