import { azure } from './clouds.ts'
import { defineAccountCreate } from './define.ts'

export const v1CloudAccountsAzureCreate = defineAccountCreate('v1CloudAccountsAzureCreate', azure)
