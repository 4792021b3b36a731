import { azure } from './clouds.ts'
import { defineAccountList } from './define.ts'

export const v1CloudAccountsAzureList = defineAccountList('v1CloudAccountsAzureList', azure)
