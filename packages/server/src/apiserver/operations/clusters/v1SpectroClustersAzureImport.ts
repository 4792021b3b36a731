import { defineImport } from './import-cluster.ts'

export const v1SpectroClustersAzureImport = defineImport('v1SpectroClustersAzureImport', 'azure')
