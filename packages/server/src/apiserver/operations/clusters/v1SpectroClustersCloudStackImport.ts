import { defineImport } from './import-cluster.ts'

export const v1SpectroClustersCloudStackImport = defineImport('v1SpectroClustersCloudStackImport', 'apache-cloudstack')
