import { azure } from './clouds.ts'
import { defineAccountGet } from './define.ts'

export const v1CloudAccountsAzureGet = defineAccountGet('v1CloudAccountsAzureGet', azure)
