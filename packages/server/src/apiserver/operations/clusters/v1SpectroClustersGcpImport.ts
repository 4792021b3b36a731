import { defineImport } from './import-cluster.ts'

export const v1SpectroClustersGcpImport = defineImport('v1SpectroClustersGcpImport', 'gcp')
