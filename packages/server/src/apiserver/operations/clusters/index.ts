import type { RegisteredOperation } from '../../operation.ts'

export const clustersOperations: RegisteredOperation[] = []
