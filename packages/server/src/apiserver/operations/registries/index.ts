import type { RegisteredOperation } from '../../operation.ts'

export const registriesOperations: RegisteredOperation[] = []
